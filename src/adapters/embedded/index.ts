export { examineInstallation, type Finding } from './doctor';
export { startStack, type Stack } from './stack';
export type { StackOptions } from './stack-options';
export type { StackEvent } from './stack-events';
export { isSupervised, readState, stackFolder, type StackState } from './state-file';
