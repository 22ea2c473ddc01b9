import { machineProblems } from './machines.ts'
import { tell } from './told.ts'

const LOAD = 'LoadRegion.Properties.Definition'
const COPY = 'RegionCopy.Properties.Definition'

tell(machineProblems, 'the machines are what their files say, complete, and patient in a bounded way', [
  ['LoadRegion', undefined, "load-region.asl.json is no machine's"],
  [
    'LoadRegion.Properties.StateMachineName',
    'other',
    'LoadRegion: is not what its file in statemachines/ says',
  ],
  [`${LOAD}.States.Begin import.Result`, null, 'LoadRegion: is not what its file in statemachines/ says'],
  [
    'LoadRegion.Properties.DefinitionSubstitutions.StageFile',
    undefined,
    'LoadRegion: nothing is given for StageFile',
  ],
  ['LoadRegion.Properties.DefinitionSubstitutions.Other', 'x', 'LoadRegion: Other is given and not used'],
  [
    `${LOAD}.StartAt`,
    'Nowhere',
    "LoadRegion: MISSING_TRANSITION_TARGET: Missing 'StartAt'|'Next'|'Default' target: Nowhere",
  ],
  [
    `${LOAD}.QueryLanguage`,
    'JSONata',
    "LoadRegion: the machine has QueryLanguage, which is JSONata's or a variable's",
  ],
  [
    `${LOAD}.States.Stage file.Assign`,
    {},
    "LoadRegion: Stage file has Assign, which is JSONata's or a variable's",
  ],
  [
    `${LOAD}.States.Stage file.Parameters.run`,
    '{% $states.input.run %}',
    'LoadRegion.States.Stage file.Parameters.run: is JSONata',
  ],
  [`${COPY}.Comment`, undefined, 'RegionCopy: the machine has no Comment'],
  [`${COPY}.States.Wait again.Comment`, '', 'RegionCopy: Wait again has no Comment'],
  [
    'CsvDrop.Properties.Definition.States.Load every Region.ItemProcessor.States.Note lost region.Comment',
    undefined,
    'CsvDrop: Note lost region has no Comment',
  ],
  [`${COPY}.TimeoutSeconds`, undefined, 'RegionCopy: the machine has no TimeoutSeconds'],
  [`${COPY}.States.Close copy.TimeoutSeconds`, undefined, 'RegionCopy: Close copy has no TimeoutSeconds'],
  [`${COPY}.States.Close copy.Retry`, undefined, 'RegionCopy: Close copy has no Retry'],
  [`${COPY}.States.Load standby.Catch`, [], 'RegionCopy: Load standby has no Retry'],
])
