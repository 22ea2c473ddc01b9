import { memoryDestination } from '../../shared/destinations/memory.ts'
import { describeDestination } from './destination.ts'

describeDestination('memory', () =>
  Promise.resolve({ destination: memoryDestination('us-east-1'), settled: () => Promise.resolve() }),
)
