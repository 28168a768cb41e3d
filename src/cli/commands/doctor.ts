import { examineInstallation } from '../../adapters/embedded';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes';
import { EXIT } from '../exit';
import { externalServices } from '../stack/external-services';
import { table } from '../view/run-table';
import { consoleOf, jsonCommand, type CommonOptions, type Registration } from './registration';

export const registerDoctor: Registration = (program) => {
  jsonCommand(
    program,
    'doctor',
    'check this machine and every service: origin, version, health, and how to mend it',
  ).action(async (options: CommonOptions) => {
    const console = consoleOf(options);
    const findings = await examineInstallation({
      dir: process.cwd(),
      external: externalServices(),
      searchAttributes: SEARCH_ATTRIBUTES,
    });
    console.answer(findings, () => {
      const rows = findings.map(({ name, healthy, origin, version, detail }) => [
        name,
        healthy ? console.style('green', 'ok') : console.style('red', 'not ok'),
        origin,
        version,
        detail,
      ]);
      const mends = findings.flatMap(({ name, mend }) => (mend === undefined ? [] : [`${name}: ${mend}`]));
      return [table(['what', 'health', 'origin', 'version', 'detail'], rows), ...mends].join('\n');
    });
    if (findings.some(({ healthy }) => !healthy)) process.exitCode = EXIT.failed;
  });
};
