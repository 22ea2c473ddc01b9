/** Invented customers as CSV bytes, the same for the same seed: 22 columns, CRLF, about 5 % of the cells quoted, 0.47 % of the rows unfit. */

export const HEADER = [
  ...['Id', 'ChannelType', 'Address', 'OptOut', 'User.UserId', 'User.UserAttributes.FirstName'],
  ...[
    'User.UserAttributes.LastName',
    'User.UserAttributes.Segment',
    'Attributes.Plan',
    'Attributes.Interests',
  ],
  ...['Attributes.Interests', 'Attributes.Note', 'Metrics.Orders', 'Metrics.Spent', 'Location.City'],
  ...['Location.Country', 'Location.PostalCode', 'Location.Latitude', 'Location.Longitude'],
  ...['Demographic.Locale', 'Demographic.Timezone', 'Demographic.Platform'],
] as const

const FIRST = [
  'Ada Marie',
  'Ada',
  'Jürgen',
  'Zoë',
  'Łukasz',
  'Maria',
  'José',
  'Chloé',
  'Olivia',
  'Søren',
  'Noah',
  '美咲',
  'Иван',
]
const LAST = [
  'Alvarez',
  'Müller',
  'Nowak',
  'Jensen',
  'Novák',
  'Okafor',
  'Smith',
  'Silva',
  '佐藤',
  'Петров',
  'Rossi',
]
const PLACES = [
  ...['Lisbon,PT,1100-148,38.72,-9.14,pt_PT,Europe/Lisbon', 'Köln,DE,50667,50.94,6.96,de_DE,Europe/Berlin'],
  ...[
    'Montréal,CA,H2Y 1C6,45.5,-73.57,fr_CA,America/Toronto',
    '東京,JP,100-0001,35.68,139.76,ja_JP,Asia/Tokyo',
  ],
  ...[
    'Chicago,US,60601,41.88,-87.63,en_US,America/Chicago',
    'Kraków,PL,30-001,50.06,19.94,pl_PL,Europe/Warsaw',
  ],
]
const SEGMENTS = ['new', 'loyal', 'dormant', '"loyal, at risk"', 'loyal', 'new']
const PLANS = ['gold', 'silver', 'bronze', 'free', '"gold, yearly"', 'free']
const INTERESTS = ['gardens', 'films', 'cycling', 'music', '"food, wine"', 'books', 'travel', '']
const NOTES = [
  '',
  '"prefers a call, not before noon"',
  'prefers morning',
  '"said ""call me"", twice"',
  '"likes tea, not coffee"',
  'a regular of the café in the old town',
  'came by the spring offer of the shop',
]
const PLATFORMS = ['iOS', 'Android', 'web', '"web, mobile"']
const UNFIT = ['bob(at)example.com', '+05550101', 'carol@', '']

/** One row in so many breaks a rule. */
const UNFIT_EVERY = 213

/** Numbers below `count`, in turn. */
type Draw = (count: number) => number

const drawOf = (seed: number): Draw => {
  let state = seed >>> 0 || 1
  return (count) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state % count
  }
}

/** The file in pieces of about 256 KiB, until it has at least `bytes`. */
export function* peopleCsv(bytes: number, seed = 7): Generator<Buffer> {
  const draw = drawOf(seed)
  let text = `${HEADER.join(',')}\r\n`
  let given = 0
  for (let row = 0; given < bytes; row += 1) {
    text += `${rowOf(draw, row)}\r\n`
    if (text.length < 240 * 1024) continue
    const piece = Buffer.from(text)
    text = ''
    given += piece.length
    yield piece
  }
}

const rowOf = (draw: Draw, row: number): string => {
  const one = <T>(from: readonly T[]) => from[draw(from.length)] as T
  const isPhone = draw(4) === 0
  const good = isPhone
    ? `+1${200 + draw(700)}55501${10 + draw(90)}`
    : `person.${row}.${draw(1e6)}@customers.mail.example.com`
  const address = row % UNFIT_EVERY === UNFIT_EVERY - 1 ? one(UNFIT) : good
  const person = `customer-${String(row % 5_000_000).padStart(8, '0')}`
  const metrics = `${draw(300)},${draw(900)}.${draw(9)}${1 + draw(9)}`
  return [
    ...[
      `${person}-${isPhone ? 'sms' : 'email'}`,
      isPhone ? 'SMS' : 'EMAIL',
      address,
      draw(25) === 0 ? 'ALL' : '',
    ],
    ...[person, one(FIRST), one(LAST), one(SEGMENTS), one(PLANS), one(INTERESTS), one(INTERESTS), one(NOTES)],
    ...[metrics, one(PLACES), one(PLATFORMS)],
  ].join(',')
}
