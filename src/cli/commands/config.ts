import { effectiveSettings, loadSettings } from '../../adapters/config';
import { table } from '../view/run-table';
import { consoleOf, jsonCommand, type CommonOptions, type Registration } from './registration';

export const registerConfig: Registration = (program) => {
  const config = program.command('config').description('what every process is configured with');
  jsonCommand(config, 'show', 'show each setting with its value and where it comes from; secrets are masked').action(
    (options: CommonOptions) => {
      const console = consoleOf(options);
      const settings = effectiveSettings(loadSettings({ env: process.env, cwd: process.cwd() }));
      console.answer(settings, () =>
        table(
          ['setting', 'value', 'from', 'environment'],
          settings.map(({ path, value, origin, env }) => [path, value ?? '', origin, env]),
        ),
      );
    },
  );
};
