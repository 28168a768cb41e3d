import { AllowedHosts } from '../../../../src/adapters/tools/http/allowed-hosts';

const refusal = (list: string, url: string) => new AllowedHosts(list).refusalOf(new URL(url));

test.each<[string, string]>([
  ['example.org', 'https://example.org/a?b=c'],
  ['example.org', 'http://EXAMPLE.org'],
  ['example.org', 'https://example.org:443/'],
  ['a.example, example.org:8443', 'https://example.org:8443/'],
  ['127.0.0.1:8081', 'http://127.0.0.1:8081/'],
  ['127.0.0.1:8081', 'http://2130706433:8081/'],
  ['127.0.0.1:80', 'http://127.0.0.1/'],
  ['[::1]:8081', 'http://[::1]:8081/'],
  ['8.8.8.8', 'https://8.8.8.8/'],
  ['xn--bcher-kva.example', 'https://bücher.example/'],
])('"%s" allows %s', (list, url) => {
  expect(refusal(list, url)).toBeUndefined();
});

test.each<[string, string, string]>([
  ['', 'https://example.org', 'no host is allowed'],
  [' , ', 'https://example.org', 'no host is allowed'],
  ['example.org', 'https://www.example.org', 'www.example.org is not among the allowed hosts (example.org)'],
  ['example.org', 'https://example.org.evil.test', 'not among'],
  ['example.org', 'https://example.org:8443', 'not among'],
  ['example.org:8443', 'https://example.org', 'not among'],
  ['example.org', 'https://example.org./', 'not among'],
  ['example.org', 'https://user@example.org', 'user or a password'],
  ['example.org', 'https://evil.test\\@example.org', 'not among'],
  ['example.org', 'ftp://example.org', 'only http and https'],
  ['example.org', 'file:///etc/passwd', 'only http and https'],
  ['example.org', 'data:text/plain,a', 'only http and https'],
  ['127.0.0.1:8081', 'http://127.0.0.1:8082', 'not among'],
  ['127.0.0.1:8081', 'http://127.0.0.2:8081', 'not among'],
  ['127.0.0.1:8081', 'http://localhost:8081', 'not among'],
  ['127.0.0.1:8081', 'http://[::ffff:127.0.0.1]:8081', 'not among'],
])('"%s" does not allow %s', (list, url, reason) => {
  expect(refusal(list, url)).toContain(reason);
});

test.each([
  ['127.0.0.1', 'name its port too'],
  ['192.168.0.9', 'name its port too'],
  ['[::1]', 'name its port too'],
  ['https://example.org', 'expected host or host:port'],
  ['example.org/path', 'expected host or host:port'],
  ['*.example.org', 'expected host or host:port'],
  ['example.org:99999', 'expected host or host:port'],
  ['256.1.1.1', 'no host has such a name'],
])('%s is no entry: %s', (entry, reason) => {
  expect(() => new AllowedHosts(`example.org, ${entry}`)).toThrow(reason);
});

test('only a literal address with its port may lead inside', () => {
  const list = new AllowedHosts('localhost:8081, 127.0.0.1:8081');
  expect(list.namesAddress(new URL('http://127.0.0.1:8081'))).toBe(true);
  expect(list.namesAddress(new URL('http://localhost:8081'))).toBe(false);
});
