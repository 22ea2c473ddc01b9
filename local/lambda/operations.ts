/** Which operation of the Lambda API a request means; named also where it is not emulated. */

export interface Operation {
  readonly name: string
  /** As it stands in the path: a name or an ARN; empty where the operation has none. */
  readonly functionName: string
  readonly query: URLSearchParams
}

const FUNCTIONS = '/2015-03-31/functions'
const ONE = `${FUNCTIONS}/([^/]+)`

// Every operation that a client or a deployment tool is likely to try on a function.
const ROUTES: readonly (readonly [name: string, method: string, path: RegExp])[] = [
  ['Invoke', 'POST', exactly(`${ONE}/invocations`)],
  [
    'InvokeWithResponseStream',
    'POST',
    exactly('/2021-11-15/functions/([^/]+)/response-streaming-invocations'),
  ],
  ['ListFunctions', 'GET', exactly(FUNCTIONS)],
  ['CreateFunction', 'POST', exactly(FUNCTIONS)],
  ['GetFunction', 'GET', exactly(ONE)],
  ['DeleteFunction', 'DELETE', exactly(ONE)],
  ['GetFunctionConfiguration', 'GET', exactly(`${ONE}/configuration`)],
  ['UpdateFunctionConfiguration', 'PUT', exactly(`${ONE}/configuration`)],
  ['UpdateFunctionCode', 'PUT', exactly(`${ONE}/code`)],
  ['PublishVersion', 'POST', exactly(`${ONE}/versions`)],
  ['ListVersionsByFunction', 'GET', exactly(`${ONE}/versions`)],
  ['GetPolicy', 'GET', exactly(`${ONE}/policy`)],
  ['AddPermission', 'POST', exactly(`${ONE}/policy`)],
  ['PutFunctionConcurrency', 'PUT', exactly('/2017-10-31/functions/([^/]+)/concurrency')],
  ['ListEventSourceMappings', 'GET', exactly('/2015-03-31/event-source-mappings')],
  ['CreateEventSourceMapping', 'POST', exactly('/2015-03-31/event-source-mappings')],
]

/** `url` is the request's path and query as they came in. */
export const operationOf = (method: string, url: string): Operation => {
  const { pathname, searchParams: query } = new URL(url, 'http://lambda')
  for (const [name, routeMethod, path] of ROUTES) {
    const match = routeMethod === method ? path.exec(pathname) : null
    if (match) return { name, functionName: decoded(match[1] ?? ''), query }
  }
  return { name: `${method} ${pathname}`, functionName: '', query }
}

function exactly(path: string): RegExp {
  return new RegExp(`^${path}/?$`)
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
