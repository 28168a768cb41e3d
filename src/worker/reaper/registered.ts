import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { ActivityRegister } from './activity-register';

/** Notes each activity attempt before its first statement, and its end. */
export function registered(register: ActivityRegister): ActivityInterceptorsFactory {
  return ({ info }) => ({
    inbound: {
      execute: async (input, next) => {
        const leave = register.enter(info.base64TaskToken);
        try {
          return await next(input);
        } finally {
          leave();
        }
      },
    },
  });
}
