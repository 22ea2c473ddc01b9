/** A function as it is configured: checked settings, its ARN and the environment it sees. */
import { ACCOUNT_ID } from '../service.ts'
import { LambdaError } from './errors.ts'

export interface FunctionSettings {
  readonly region: string
  readonly name: string
  /** `FILE.EXPORT`, such as `index.handler`. */
  readonly handler: string
  /** The unzipped bundle. */
  readonly codeDirectory: string
  readonly environment: Readonly<Record<string, string>>
  /** 1 to 900. */
  readonly timeoutSeconds: number
  /** In MB, 128 to 10,240: the limit of the sandbox's heap. */
  readonly memorySize: number
  readonly roleArn: string
  /** What the function signs its requests with; the gate knows which role stands behind it. */
  readonly accessKeyId: string
  /** Calls beyond this many at once are throttled; 0 switches the function off. */
  readonly reservedConcurrentExecutions?: number
}

export const RUNTIME = 'nodejs24.x'

export const functionArn = ({ region, name }: Pick<FunctionSettings, 'region' | 'name'>): string =>
  `arn:aws:lambda:${region}:${ACCOUNT_ID}:function:${name}`

export const logGroupOf = ({ name }: Pick<FunctionSettings, 'name'>): string => `/aws/lambda/${name}`

/** Throws `InvalidParameterValueException` naming the first setting that Lambda would refuse. */
export const checkFunction = (settings: FunctionSettings): void => {
  const { name, timeoutSeconds, memorySize, reservedConcurrentExecutions: reserved = 0 } = settings
  expect(/^[A-Za-z0-9_-]{1,64}$/.test(name), 'functionName', name)
  expect(/^[A-Za-z0-9-]+$/.test(settings.region), 'region', settings.region)
  expect(isWithin(timeoutSeconds, 1, 900), 'timeout', timeoutSeconds)
  expect(isWithin(memorySize, 128, 10_240), 'memorySize', memorySize)
  expect(isWithin(reserved, 0, 1_000), 'reservedConcurrentExecutions', reserved)
  for (const key of Object.keys(settings.environment)) {
    expect(/^[A-Za-z][A-Za-z0-9_]+$/.test(key) && !RESERVED.has(key), 'environment variable', key)
  }
}

/**
 * All that the function finds in `process.env`: nothing is inherited from this process.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export const environmentOf = (settings: FunctionSettings, endpointUrl: string): Record<string, string> => ({
  AWS_ENDPOINT_URL: endpointUrl,
  ...settings.environment,
  AWS_REGION: settings.region,
  AWS_DEFAULT_REGION: settings.region,
  AWS_LAMBDA_FUNCTION_NAME: settings.name,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memorySize),
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: logGroupOf(settings),
  AWS_EXECUTION_ENV: `AWS_Lambda_${RUNTIME}`,
  AWS_ACCESS_KEY_ID: settings.accessKeyId,
  AWS_SECRET_ACCESS_KEY: 'local',
  LAMBDA_TASK_ROOT: settings.codeDirectory,
  TZ: ':UTC',
  _HANDLER: settings.handler,
})

// Lambda sets these itself and refuses a function that names them.
const RESERVED: ReadonlySet<string> = new Set([
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'LAMBDA_TASK_ROOT',
])

const isWithin = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most

const expect = (holds: boolean, what: string, value: unknown): void => {
  if (holds) return
  throw new LambdaError(
    'InvalidParameterValueException',
    400,
    `Value '${String(value)}' is not valid for ${what}`,
  )
}
