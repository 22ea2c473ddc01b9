/** Files in which an id comes more than once, and rows that are unfit for all but their opt-out. */
import type { Random } from '../fixtures/odd-csv.ts'
import { goodRow, sheet } from './corpus-file.ts'
import type { CorpusFile, Row } from './corpus-file.ts'

export const repeatedIdFiles = (random: Random): CorpusFile[] => {
  const good = (Id: string, cells: Row['cells'] = {}) => goodRow(random, { Id, ...cells })
  const old = (Id: string, cells: Row['cells'] = {}): Row => ({ ...good(Id, cells), fate: 'superseded' })
  const bad = (Id: string, cells: Row['cells'] = {}): Row => ({
    ...goodRow(random, { Id, 'Location.Country': 'zqland', ...cells }),
    broken: [['COUNTRY', 'Location.Country']],
  })
  const others = (count: number) => Array.from({ length: count }, () => goodRow(random))
  const same = good('zq-same')
  const pairs: readonly (readonly [what: string, one: string, other: string])[] = [
    ['in another case', 'ZQ-Ada', 'zq-ada'],
    ['in another case of another script', 'ZQ-ÉLODIE', 'zq-élodie'],
    ['in Greek', 'zq-ΑΒΓ', 'zq-αβγ'],
    ['with the Kelvin sign', 'zq-\u212A', 'zq-k'],
  ]
  const apart: readonly (readonly [what: string, one: string, other: string])[] = [
    ['a blank', 'zq-ada', 'zq-ada '],
    ['a zero-width space', 'zq-ada', 'zq-ada\u200b'],
    ['a homoglyph', 'zq-ada', 'zq-аda'],
    ['a composed letter', 'zq-\u00e9', 'zq-e\u0301'],
    ['sharp s', 'zq-ß', 'zq-ss'],
    ['leading zeros', 'zq-7', 'zq-07'],
  ]
  const optedOut = { OptOut: 'ALL' }
  const file = (name: string, rows: readonly Row[]) => sheet(`repeated: ${name}`, rows)
  return [
    file('the same row twice', [{ ...same, fate: 'superseded' }, same]),
    file('another row of the id', [old('zq-1'), good('zq-1')]),
    file('three times', [old('zq-1'), old('zq-1'), good('zq-1')]),
    file('two ids in turns', [old('zq-1'), old('zq-2'), good('zq-1'), good('zq-2')]),
    file('far apart', [old('zq-1'), ...others(400), good('zq-1')]),
    file('a thousand times', [...Array.from({ length: 999 }, () => old('zq-1')), good('zq-1')]),
    ...pairs.flatMap(([what, one, other]) => [
      file(what, [old(one), good(other)]),
      file(`${what}, the other way round`, [old(other), good(one)]),
    ]),
    ...apart.map(([what, one, other]) => file(`not but for ${what}`, [good(one), good(other)])),
    file('a good row and then a bad one', [good('zq-1'), bad('zq-1')]),
    file('a bad row and then a good one', [bad('zq-1'), good('zq-1')]),
    file('good, bad, good', [old('zq-1'), bad('zq-1'), good('zq-1')]),
    file('two bad ones', [bad('zq-1'), bad('ZQ-1')]),
    file('an opt-out and then silence', [old('zq-1', optedOut), good('zq-1')]),
    file('silence and then an opt-out', [old('zq-1'), good('zq-1', optedOut)]),
    file('an opt-out and then NONE', [old('zq-1', optedOut), good('zq-1', { OptOut: 'NONE' })]),
    file('a prototype’s name', [old('__proto__'), good('__PROTO__')]),
    file('empty ids, which are nobody’s', [
      { ...good(''), broken: [['ID_MISSING', 'Id']] },
      { ...good(''), broken: [['ID_MISSING', 'Id']] },
    ]),
    // An unfit row that opts out is taken for that alone, and reported all the same.
    file('an unfit opt-out', [{ ...bad('zq-1', optedOut), fate: 'accepted' }]),
    file('an unfit opt-out without an address', [
      {
        ...good('zq-1', { ...optedOut, Address: '', ChannelType: 'EMAIL' }),
        broken: [['ADDRESS_MISSING', 'Address']],
      },
    ]),
    file('an unfit opt-out with a bad address', [
      {
        ...good('zq-1', { ...optedOut, Address: 'zqnowhere', ChannelType: 'EMAIL' }),
        broken: [['EMAIL_SYNTAX', 'Address']],
      },
    ]),
    file('an unfit opt-out of nobody', [{ ...good('', optedOut), broken: [['ID_MISSING', 'Id']] }]),
    file('an unfit opt-out behind a good row', [
      good('zq-1'),
      { ...bad('zq-1', optedOut), fate: 'superseded' },
    ]),
    file('an unfit opt-out before a good row', [
      { ...bad('zq-1', optedOut), fate: 'superseded' },
      good('zq-1'),
    ]),
    file('two addresses of one', [
      good('zq-1', { Address: 'zq@example.com', ChannelType: 'EMAIL' }),
      good('zq-2', { Address: 'zq@example.com', ChannelType: 'EMAIL' }),
    ]),
    file(
      '16 endpoints of a user, of which the last by id is too many',
      Array.from({ length: 16 }, (_, at): Row => {
        const row = good(`zq-${String(16 - at).padStart(2, '0')}`, { 'User.UserId': 'zq-user' })
        return at > 0 ? row : { ...row, broken: [['USER_ENDPOINTS', 'User.UserId']] }
      }),
    ),
    file(
      '15 endpoints of a user',
      Array.from({ length: 15 }, (_, at) => good(`zq-${at}`, { 'User.UserId': 'zq-user' })),
    ),
  ]
}
