/** Packages once for all story tests: what they run is what would be deployed. */
import { packageAll } from '../../deploy/package.ts'

export const setup = async (): Promise<void> => {
  await packageAll()
}
