/** For what another thread or the disk brings in its own time. */
import { vi } from 'vitest'

/** Resolves once `check` no longer throws; gives up after ten seconds with its last error. */
export const eventually = (check: () => unknown): Promise<unknown> => vi.waitFor(check, { timeout: 10_000 })
