/** Rows for the row rules of issue 4: each bad form by itself with the rule it breaks, and good ones that only look bad. */
import { ADDRESS_ROWS } from './address-rows.ts'
import { cases, column, times } from './row-cases.ts'
import type { RowCase } from './row-cases.ts'

const IDENTITY = [
  ...cases('missing id', [['ID_MISSING', 'Id']], ['', ' ', '\u00a0'], column('Id')),
  ...cases('bad id', [['ID_CHARACTER', 'Id']], ['zq$1', 'zq{1', 'zq1}', '${zqid}'], column('Id')),
  ...cases(
    'bad id',
    [['CONTROL_CHARACTER', 'Id']],
    ['zq\t1', 'zq\u007f', 'zq\n1', 'zq\u009f1'],
    column('Id'),
  ),
  ...cases('long id', [['TEXT_TOO_LONG', 'Id']], [times('x', 4097)], column('Id')),
  ...cases(
    'good id',
    [],
    [
      '日本',
      'a b',
      '=1+1',
      '-1',
      '@zq',
      "'zq",
      '__proto__',
      'constructor',
      'a"b',
      'a,b',
      '\u200bzq',
      '\u202ezq',
      times('x', 4096),
    ],
    column('Id'),
  ),
  ...cases('no channel', [['CHANNEL_MISSING', 'ChannelType']], [''], column('ChannelType')),
  ...cases(
    'bad channel',
    [['CHANNEL_UNKNOWN', 'ChannelType']],
    [
      'email',
      'Email',
      'EMAIL ',
      ' EMAIL',
      'E-MAIL',
      'MAIL',
      'FAX',
      'sms',
      'APN',
      'FCM',
      'WHATSAPP',
      'toString',
      '__proto__',
      'ЕMAIL',
    ],
    column('ChannelType'),
  ),
  ...cases('no address', [['ADDRESS_MISSING', 'Address']], ['EMAIL', 'SMS', 'GCM'], (ChannelType) => ({
    ChannelType,
    Address: '',
  })),
]

const CONSENT = [
  ...cases('good OptOut', [], ['ALL', 'NONE', ''], column('OptOut')),
  ...cases(
    'bad OptOut',
    [['OPT_OUT', 'OptOut']],
    [
      'all',
      'All',
      'none',
      'ALL ',
      ' ALL',
      ' ',
      'TRUE',
      'yes',
      '1',
      '0',
      'null',
      'EMAIL',
      'АLL',
      'ALL,NONE',
      'ALL;',
    ],
    column('OptOut'),
  ),
]

const PLACES = [
  ...cases('good country', [], ['DE', 'GB', 'XK', 'SS', ''], column('Location.Country')),
  ...cases(
    'bad country',
    [['COUNTRY', 'Location.Country']],
    ['de', 'De', 'D', 'DEU', 'UK', 'EU', 'ZZ', 'AN', 'Germany', 'DE ', 'ＤＥ', '276'],
    column('Location.Country'),
  ),
  ...cases('good latitude', [], ['90', '-90', '0', '+7.5', '89.999999', '1e1'], column('Location.Latitude')),
  ...cases(
    'bad latitude',
    [['COORDINATE', 'Location.Latitude']],
    ['90.000001', '-90.000001', '91', 'north', '48° 8′', '48,137', ' 48', '0x10', '1e999', 'NaN', '４８'],
    column('Location.Latitude'),
  ),
  ...cases('good longitude', [], ['180', '-180', '-9.14'], column('Location.Longitude')),
  ...cases(
    'bad longitude',
    [['COORDINATE', 'Location.Longitude']],
    ['180.000001', '-180.000001', 'east', '9,14'],
    column('Location.Longitude'),
  ),
]

const NUMBERS_AND_DATES = [
  ...cases(
    'good number',
    [],
    ['0', '-0', '7', '+7', '007', '-7.25', '1e3', '1E-7', '12345678901234567890'],
    column('Metrics.Orders'),
  ),
  ...cases(
    'bad number',
    [['NUMBER', 'Metrics.Orders']],
    ['many', '0x10', '1,000', '1 000', '7.', '.5', ' 7', '1e999', 'NaN', 'Infinity', '٧', '$7', '-', '=7'],
    column('Metrics.Orders'),
  ),
  ...cases(
    'good date',
    [],
    ['2026-01-31', '2024-02-29T23:59:59Z', '2026-01-31T12:00:00.000+01:00', '20260131T120000Z', ''],
    column('EffectiveDate'),
  ),
  ...cases(
    'bad date',
    [['DATE', 'EffectiveDate']],
    [
      '31.01.2026',
      '01/31/2026',
      '2026-02-29',
      '2026-13-01',
      '2026-1-1',
      '1769860800',
      'yesterday',
      '2026-01-31 12:00',
      '46053',
    ],
    column('EffectiveDate'),
  ),
]

const CONTROLS = [
  '\t',
  '\u0001',
  '\b',
  '\u000b',
  '\f',
  '\u001b',
  '\u007f',
  '\u0080',
  '\u0085',
  '\u009f',
  '\u2028',
  '\u2029',
]

const TEXTS = [
  ...cases(
    'control character',
    [['CONTROL_CHARACTER', 'Location.City']],
    CONTROLS.map((sign) => `zq${sign}city`),
    column('Location.City'),
  ),
  ...cases(
    'line break',
    [['CONTROL_CHARACTER', 'Attributes.Plan']],
    ['zq\nplan', 'zq\r\nplan', 'zq\rplan', '\nzq', 'zq\n'],
    column('Attributes.Plan'),
  ),
  ...[
    'Demographic.Locale',
    'Demographic.Timezone',
    'Location.PostalCode',
    'Location.Region',
    'User.UserId',
    'User.UserAttributes.First',
  ].flatMap((name) => cases(`tab in ${name}`, [['CONTROL_CHARACTER', name]], ['zq\tcell'], column(name))),
  ...cases(
    'odd but good text',
    [],
    [
      ...[
        '\u200b',
        '\u200d',
        '\u202e',
        '\u2066',
        '\ufeff',
        '\u00a0',
        '\u00ad',
        '😀',
        'Аdа',
        'ﷺ',
        'e\u0301',
        '\ud83d\udc68\u200d\ud83d\udc69',
      ],
      ...[
        '=1+1',
        "=cmd|'/c calc'!A0",
        '+1',
        '-1',
        '@SUM(A1)',
        "'text",
        '＝1',
        'null',
        'NaN',
        '\\N',
        '\\n',
        '</script>',
        '{{name}}',
        '${name}',
        '"',
      ],
    ],
    column('Location.City'),
  ),
]

const LIMITS = [
  ...cases('good value', [], [times('x', 100), times('ü', 100)], column('Attributes.Plan')),
  ...cases(
    'long value',
    [['ATTRIBUTE_VALUE', 'Attributes.Plan']],
    [times('x', 101), times('ü', 101)],
    column('Attributes.Plan'),
  ),
  ...cases(
    'long value of a user',
    [['ATTRIBUTE_VALUE', 'User.UserAttributes.A']],
    [times('x', 101)],
    column('User.UserAttributes.A'),
  ),
  ...['Attributes', 'Metrics', 'User.UserAttributes'].flatMap((group) => [
    ...cases(`name of 50 in ${group}`, [], ['7'], column(`${group}.${times('n', 50)}`)),
    ...cases(
      `name of 51 in ${group}`,
      [['ATTRIBUTE_NAME', `${group}.${times('n', 51)}`]],
      ['7'],
      column(`${group}.${times('n', 51)}`),
    ),
    ...cases(`name of 51 in ${group}, unused`, [], [''], column(`${group}.${times('n', 51)}`)),
    ...cases(`prototype name in ${group}`, [], ['7'], column(`${group}.__proto__`)),
    ...cases(`constructor for a name in ${group}`, [], ['7'], column(`${group}.constructor`)),
    ...cases(`name with dots in ${group}`, [], ['7'], column(`${group}.a.b`)),
    ...cases(`number for a name in ${group}`, [], ['7'], column(`${group}.7`)),
    ...cases(
      `tab in a name in ${group}`,
      [['CONTROL_CHARACTER', `${group}.a\tb`]],
      ['7'],
      column(`${group}.a\tb`),
    ),
  ]),
  ...['Demographic.Model', 'Location.City', 'Location.Region', 'User.UserId'].flatMap((name) => [
    ...cases(`good ${name}`, [], [times('x', 4096)], column(name)),
    ...cases(`long ${name}`, [['TEXT_TOO_LONG', name]], [times('x', 4097), times('ü', 2049)], column(name)),
  ]),
]

const SEVERAL: readonly RowCase[] = [
  {
    name: 'everything wrong at once',
    cells: {
      ...{
        Id: 'zq{',
        Address: 'zqnowhere',
        ChannelType: 'EMAIL',
        OptOut: 'zqyes',
        'Location.City': 'zq\tcity',
      },
      ...{
        'Location.Country': 'zqland',
        'Location.Latitude': 'zq',
        'Metrics.Orders': 'zq',
        EffectiveDate: 'zq',
      },
      'Attributes.Plan': times('zq', 51),
    },
    broken: [
      ['ID_CHARACTER', 'Id'],
      ['EMAIL_SYNTAX', 'Address'],
      ['OPT_OUT', 'OptOut'],
      ['CONTROL_CHARACTER', 'Location.City'],
      ['COUNTRY', 'Location.Country'],
      ['COORDINATE', 'Location.Latitude'],
      ['NUMBER', 'Metrics.Orders'],
      ['DATE', 'EffectiveDate'],
      ['ATTRIBUTE_VALUE', 'Attributes.Plan'],
    ],
  },
  {
    name: 'nothing but empty cells',
    cells: { Id: '', Address: '', ChannelType: '', 'Location.City': '', 'Attributes.Plan': '' },
    broken: [
      ['ID_MISSING', 'Id'],
      ['CHANNEL_MISSING', 'ChannelType'],
    ],
  },
]

export const ROW_CASES: readonly RowCase[] = [
  ...ADDRESS_ROWS,
  ...IDENTITY,
  ...CONSENT,
  ...PLACES,
  ...NUMBERS_AND_DATES,
  ...TEXTS,
  ...LIMITS,
  ...SEVERAL,
]
