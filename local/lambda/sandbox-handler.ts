/** Finds a function's handler in its bundle, with the errors that Lambda's Node.js runtime interface client gives. */
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { LoggedError } from './invocation.ts'

export type Handler = (event: unknown, context: object) => unknown

/**
 * Imports `FILE.EXPORT` from `codeDirectory`. Rejects with `Runtime.MalformedHandlerName`,
 * `Runtime.ImportModuleError`, `Runtime.UserCodeSyntaxError`, `Runtime.HandlerNotFound`,
 * `Runtime.CallbackHandlerDeprecated`, or whatever the bundle itself throws while it is loaded.
 */
export const loadHandler = async (codeDirectory: string, handler: string): Promise<Handler> => {
  const [, file, path] = /^([^.]+)\.(.+)$/.exec(basename(handler)) ?? []
  if (file === undefined || path === undefined) throw named('Runtime.MalformedHandlerName', 'Bad handler')
  const module = await importModule(join(codeDirectory, dirname(handler), file), file)
  const found = path.split('.').reduce(memberOf, module)
  if (typeof found !== 'function') {
    throw named('Runtime.HandlerNotFound', `${handler} is undefined or not exported`)
  }
  // The runtimes from nodejs24.x on refuse handlers that take a callback.
  if (found.length >= 3) {
    throw named(
      'Runtime.CallbackHandlerDeprecated',
      `${handler} takes a callback, which nodejs24.x does not give`,
    )
  }
  return found as Handler
}

/** Any thrown value as Lambda's error document. */
export const asFunctionError = (thrown: unknown): LoggedError => {
  if (!(thrown instanceof Error)) return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] }
  const { name: errorType, message: errorMessage, stack = '' } = thrown
  return { errorType, errorMessage, trace: stack.split('\n'), ...withLogged(thrown) }
}

/**
 * The runtime logs an error with its enumerable properties, and those of the errors among them: whatever a library has hung
 * on it (aws/aws-lambda-nodejs-runtime-interface-client, `Errors.js`, `toFormatted`).
 */
const withLogged = (error: Error): { logged?: string } => {
  try {
    return {
      logged: JSON.stringify(error, (_key, value: unknown) =>
        value instanceof Error ? opened(value) : value,
      ),
    }
  } catch {
    // A circle: the runtime then logs what the caller sees.
    return {}
  }
}

const opened = (error: Error): object => ({
  errorType: error.name,
  errorMessage: error.message,
  ...error,
  stack: (error.stack ?? '').split('\n'),
})

const importModule = async (path: string, file: string): Promise<unknown> => {
  const source = ['.mjs', '.js', '.cjs'].map((extension) => path + extension).find((name) => existsSync(name))
  if (source === undefined) throw named('Runtime.ImportModuleError', `Error: Cannot find module '${file}'`)
  try {
    return await import(pathToFileURL(source).href)
  } catch (error) {
    if (error instanceof SyntaxError) throw named('Runtime.UserCodeSyntaxError', String(error))
    if (isMissingModule(error)) throw named('Runtime.ImportModuleError', String(error))
    throw error
  }
}

const memberOf = (value: unknown, name: string): unknown =>
  value === null || value === undefined ? undefined : (value as Record<string, unknown>)[name]

const isMissingModule = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND')

const named = (name: string, message: string): Error => {
  const error = new Error(message)
  error.name = name
  return error
}
