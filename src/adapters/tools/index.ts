export { AllowedHosts } from './http/allowed-hosts';
export { CredentialHosts } from './http/credential-hosts';
export { guardedRequest } from './http/guarded-request';
export { pureTools } from './built-in';
export { openTools, type ToolSettings } from './open-tools';
export { type Tool, type ToolContext, toolRegistry, type ToolRegistry } from './tool';
