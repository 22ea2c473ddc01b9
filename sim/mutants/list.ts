/** Mistakes that somebody might make in the protocol of the lanes and of the imports beside them, each as an exact change of the product's text. */

export interface Patch {
  /** Below shared/. */
  readonly file: string
  /** Must be in the file exactly once. */
  readonly find: string
  readonly replace: string
}

export interface Mutant {
  readonly name: string
  readonly patches: readonly Patch[]
}

const one = (name: string, file: string, find: string, replace: string): Mutant => ({
  name,
  patches: [{ file, find, replace }],
})

export const MUTANTS: readonly Mutant[] = [
  one(
    'no fence',
    'sync/lane/fences.ts',
    'FENCE = { accepted: 5_000, unknown: 30_000 }',
    'FENCE = { accepted: 0, unknown: 0 }',
  ),
  one(
    'fence after an unknown outcome as short as after a known one',
    'sync/lane/fences.ts',
    'accepted: 5_000, unknown: 30_000',
    'accepted: 5_000, unknown: 5_000',
  ),
  one(
    'no lease',
    'sync/lane/lease.ts',
    'if (isFree && (await turns.lease(owner, ledgerNow(), cutOff))) break',
    'if (isFree) break',
  ),
  one(
    'items read before the lane is held',
    'sync/lane/work-lane.ts',
    'const began = await begin(work, lane, {',
    `const early = await lane.readItems([...work.items.keys()]).catch(() => undefined)
  const readItems = early ? () => Promise.resolve(early) : lane.readItems
  const began = await begin(work, { ...lane, readItems }, {`,
  ),
  one(
    'the host’s clock instead of the ledger’s',
    'sync/lane/lease.ts',
    'return { least: time - now(), most: time + 1_000 - asked }',
    'return { least: 0 * (time - asked), most: 0 }',
  ),
  one(
    'noted after the call instead of before',
    'sync/lane/carry-out.ts',
    'await memory.note({ sent: new Map(sends.map(({ id, during }) => [id, fenced(during, fence)])) })',
    'void fence',
  ),
  {
    name: 'NONE in every write',
    patches: [
      {
        file: 'endpoint/consent.ts',
        find: "return known?.value === 'NONE' && told === 'ALL' ? 'NONE' : undefined",
        replace: "return told === 'ALL' || told === undefined ? 'NONE' : undefined",
      },
      {
        file: 'endpoint/lawful.ts',
        find: "return OptOut !== 'NONE' || consent?.value === 'NONE'",
        replace: 'return true',
      },
    ],
  },
  one(
    'opt-in without a look at the Region',
    'sync/lane/carry-out.ts',
    "(plan.kind === 'send' && plan.change.kind === 'put' && plan.change.endpoint.OptOut === 'NONE')",
    'false',
  ),
  one(
    'the register is not joined',
    'sync/lane/plan-put.ts',
    'consentAfter(claim.stated, wanted.consent, now)',
    'consentAfter(claim.stated, undefined, now)',
  ),
  one(
    'of two words of one instant the opt-in wins',
    'endpoint/consent.ts',
    "return one.value === 'ALL' || one.value === other.value ? one : other",
    "return one.value === 'NONE' || one.value === other.value ? one : other",
  ),
  one(
    'urgent markers in the bulk lane',
    'sync/lane/mark-dirty.ts',
    "await enqueue(region, 'urgent', markersOf(urgent))",
    "await enqueue(region, 'bulk', markersOf(urgent))",
  ),
  one(
    'deletes forgotten',
    'sync/lane/plan-endpoint.ts',
    'const plan = planRemove({ id, key, before, isUnknown, now, force: forced.has(key), loadingUntil })',
    "const plan = { kind: 'done' as const, id, key }\n  void [isUnknown, now, forced, loadingUntil]",
  ),
  one(
    'an endpoint comes back in the midst of its removal',
    'sync/lane/plan-endpoint.ts',
    'if (before && isLeaving(before)) {',
    'if (before && isLeaving(before) && now < 0) {',
  ),
  one(
    'no breaker',
    'sync/lane/breaker.ts',
    'probeAt !== undefined && now < probeAt',
    'probeAt !== undefined && now < 0',
  ),
  one(
    'a refused batch is tried again whole',
    'destinations/pinpoint.ts',
    "return outcome.result === 'rejected' ? oneByOne(calls, endpoints) : endpoints.map(() => outcome)",
    "return endpoints.map(() => (outcome.result === 'rejected' ? failed(outcome.reason, 'none') : outcome))",
  ),
  one(
    'no clears',
    'sync/lane/plan-put.ts',
    'change: put(isWhole ? withClears(said, [...before.fields, ...wanted.shared]) : said)',
    'change: put(said)',
  ),
  one(
    'twins not coupled',
    'sync/lane/place-in-groups.ts',
    "me.active && activeOf(twins) === id ? 'ACTIVE' : 'INACTIVE'",
    "me.active || activeOf(twins) === id ? 'ACTIVE' : 'INACTIVE'",
  ),
  one(
    'a twin that gives way is not sent again',
    'sync/lane/draft.ts',
    'for (const id of displaced) displace(id, observed, draft)',
    'void [displaced, displace]',
  ),
  one(
    'status not said',
    'sync/lane/place-in-groups.ts',
    'endpoint: { ...claim.endpoint, EndpointStatus,',
    'endpoint: { ...claim.endpoint, ...(EndpointStatus && {}),',
  ),
  one(
    'no proof',
    'sync/lane/plan-put.ts',
    '...(isUnproved && { unproved: true }),',
    '...(isUnproved && {}),',
  ),
  one(
    'what is owed is given up',
    'sync/lane/work-lane.ts',
    "outcome !== undefined && outcome.result !== 'failed'",
    'outcome !== undefined',
  ),
  one(
    'the stream goes on where a lane took nothing',
    'sync/lane/mark-dirty.ts',
    'if (lost) throw lost.reason',
    'void lost',
  ),
  one(
    'the lease ends before the invocation',
    'sync/lane/lease.ts',
    'const cutOff = turn.deadline + offset.most',
    'const cutOff = turn.deadline + offset.most - 50_000',
  ),
  one(
    'addresses in the ledger',
    'ledger/lane-memory.ts',
    'address#${spellingOf(address)}',
    'address#${address}',
  ),
  one(
    'no drain: what was noted before a file was dropped counts as in effect',
    'sync/load/fresh-lines.ts',
    'note.fence > Date.parse(at)',
    'note.at > at',
  ),
  one(
    'rows are held against what was acknowledged, not against what was sent',
    'sync/load/fresh-lines.ts',
    'note !== undefined && (note.fence > Date.parse(at)',
    "note !== undefined && note.state === 'applied' && (note.fence > Date.parse(at)",
  ),
  one(
    'who was removed is not left out of a file',
    'sync/load/fresh-lines.ts',
    '(note.fence > Date.parse(at) || isGone(note) || isLeaving(note))',
    '(note.fence > Date.parse(at) || (isGone(note) && isLeaving(note)))',
  ),
  one(
    'an opt-out whose row is left out goes with it',
    'sync/load/fresh-lines.ts',
    'if (untold.length > 0) await tell',
    'if (untold.length < 0) await tell',
  ),
  one(
    'NONE in the rows of a file',
    'sync/load/fresh-lines.ts',
    "OptOut: 'ALL' } : endpoint",
    "OptOut: 'ALL' } : { ...endpoint, OptOut: 'NONE' }",
  ),
  one(
    'jobs overlap',
    'sync/load/load-region.ts',
    "if (older.some(({ state }) => state === 'loading')) return 'busy'",
    "if (older.some(({ state }) => state === 'loading')) return 'go'",
  ),
  one(
    'a newer file does not wait for an older one that has failed',
    'sync/load/load-region.ts',
    "if (older.length === 0 || bringsMore) return 'go'",
    "if (older.length >= 0 || bringsMore) return 'go'",
  ),
  one(
    'what a row has undone is not looked at again',
    'sync/load/mark-touched.ts',
    'group.filter((id) => sent.has(id))',
    'group.filter((id) => sent.has(id) && count < 0)',
  ),
  one(
    'only what the lane has planned since the file was made is looked at again',
    'sync/load/mark-touched.ts',
    'group.filter((id) => sent.has(id))',
    "group.filter((id) => (sent.get(id)?.at ?? '') > new Date(now - 10_000).toISOString())",
  ),
  one(
    'who leaves is deleted beside an import',
    'sync/lane/plan-remove.ts',
    '  loadingUntil > now\n',
    '  loadingUntil < 0\n',
  ),
]
