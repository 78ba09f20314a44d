import { Args } from '@oclif/core';
import { SERVICE_ROLES, type ServiceRole } from '../../service/service.js';

/** `serve`, `sync` or `all`, for every command about services. */
export const serviceArgument = {
  which: Args.string({
    description: 'Which service: the listener (serve), the reader of files (sync), or both.',
    options: [...SERVICE_ROLES, 'all'],
    default: 'all',
  }),
};

/** Null is all. */
export function roleOf(which: string): ServiceRole | null {
  return SERVICE_ROLES.find((role) => role === which) ?? null;
}
