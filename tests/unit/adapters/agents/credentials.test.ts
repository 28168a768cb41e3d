import { openCredentials } from '../../../../src/adapters/agents/credentials';
import { CredentialHosts } from '../../../../src/adapters/tools';

const SHOP = { name: 'shop', host: 'agents.example.org', authorization: 'Bearer ${SHOP_TOKEN}' };
const TOKEN = 'a-token-that-nobody-may-see';

test('the variable of the environment takes its place in the header', () => {
  expect(openCredentials([SHOP], { SHOP_TOKEN: TOKEN }).get('shop')).toEqual({
    authorization: `Bearer ${TOKEN}`,
    secret: TOKEN,
  });
});

test.each([
  ['is not there', undefined, /SHOP_TOKEN is not set/],
  ['is empty', '', /SHOP_TOKEN is not set/],
  ['has a line feed', `${TOKEN}\n`, /SHOP_TOKEN is not 8 to 4096 visible characters/],
  ['is short', 'abc', /SHOP_TOKEN is not 8 to 4096 visible characters/],
])('a variable that %s is told by its name, without its value', (_, value, message) => {
  const open = () => openCredentials([SHOP], { SHOP_TOKEN: value });
  expect(open).toThrow(message);
  expect(open).not.toThrow(new RegExp(TOKEN));
});

describe('a credential goes to its host alone', () => {
  const hosts = new CredentialHosts([SHOP, { name: 'near', host: '127.0.0.1:9100' }]);
  const check = (name: string, url: string) => () => hosts.check(name, url);

  test('over https, or to an address that is named with its port', () => {
    expect(check('shop', 'https://agents.example.org/decide')).not.toThrow();
    expect(check('near', 'http://127.0.0.1:9100/decide')).not.toThrow();
  });

  test.each([
    ['https://other.example.org/', /credential "shop" is for agents\.example\.org only/],
    ['https://agents.example.org.evil.example/', /is for agents\.example\.org only/],
    ['https://agents.example.org@evil.example/', /is for agents\.example\.org only/],
    [
      'http://agents.example.org/decide?a=b',
      /^No agent is asked at http:\/\/agents\.example\.org\/decide: .*https only/,
    ],
  ])('not to %s', (url, message) => {
    expect(check('shop', url)).toThrow(message);
  });

  test('one that nobody configured is told with those that are', () => {
    expect(check('other', 'https://agents.example.org/')).toThrow(/No credential "other".*Known: shop, near\./);
  });
});
