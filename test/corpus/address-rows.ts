/** Addresses of each channel, good and bad. */
import { address, cases, times } from './row-cases.ts'
import type { RowCase } from './row-cases.ts'

const label = (length: number) => times('d', length)
const hex = (digits: number) => times('0123456789abcdef', 16).slice(0, digits)
/** 64 bytes, the @, and a domain that makes `bytes` of it. */
const longEmail = (bytes: number) =>
  `${times('l', 64)}@${label(63)}.${label(63)}.${label(63)}.${label(bytes - 65 - 192)}`

const EMAIL = [
  ...cases(
    'good e-mail',
    [],
    [
      ...['ada@example.com', 'Ada.Lovelace+news@Example.COM', "o'neil_1@sub.example.co.uk", 'a@b.co'],
      ...['jürgen@bücher.example', '用户@例え.jp', 'a@xn--bcher-kva.example', '!#$%&*/=?^`{|}~-@example.com'],
      ...[`${times('l', 64)}@example.com`, longEmail(320), `a@${label(63)}.com`, '=sum@example.com'],
    ],
    address('EMAIL'),
  ),
  ...cases(
    'bad e-mail',
    [['EMAIL_SYNTAX', 'Address']],
    [
      ...[
        'zqada.example.com',
        '@zqexample.com',
        'zqada@',
        'zqada@example',
        'zqada@@example.com',
        'zqa@b@example.com',
      ],
      ...[
        'zqada@example.com.',
        'zqada@example..com',
        'zqada@.example.com',
        '.zqada@example.com',
        'zqada.@example.com',
      ],
      ...[
        'zqa..da@example.com',
        'zq da@example.com',
        ' zqada@example.com',
        'zqada@example.com ',
        'zqada@exa mple.com',
      ],
      ...[
        'zqada@-example.com',
        'zqada@example-.com',
        'zqada@exa,mple.com',
        'zqada@[10.0.0.1]',
        'zqada@example.c',
      ],
      ...[
        '"zq ada"@example.com',
        'zqAda <zqada@example.com>',
        'mailto:zqada@example.com',
        'zqada@exam\u00a0ple.com',
      ],
      ...[
        'zqada@example.com,zqbob@example.com',
        'zqada@example.com;zqbob@example.com',
        'zqada\uff20example.com',
      ],
      ...[
        `${times('l', 65)}@example.com`,
        longEmail(321),
        `zq@${label(64)}.com`,
        `${times('ü', 33)}@example.com`,
      ],
      ...[
        'zqa\u0001da@example.com',
        'zqada@exam\u0085ple.com',
        'zqada@example.com\t',
        '+12125550100',
        'zqada(at)example.com',
      ],
    ],
    address('EMAIL'),
  ),
]

const PHONE = ['SMS', 'VOICE'].flatMap((channel) => [
  ...cases(
    `good ${channel} number`,
    [],
    [
      ...[
        '+12125550100',
        '+1 212 555 0100',
        '+1-212-555-0100',
        '+1.212.555.0100',
        '+1 (212) 555-0100',
        '+49\u00a030\u00a01234567',
      ],
      ...['+1234567', '+123456789012345', '+39 06 1234 5678'],
    ],
    address(channel),
  ),
  ...cases(
    `bad ${channel} number`,
    [['PHONE_E164', 'Address']],
    [
      ...['0012125550100', '00 1 212 555 0100', '12125550100', '2125550100', '(212) 555-0100', '030 1234567'],
      ...[
        '+1 212 555 CALL',
        '+1 212 555 0100 x5',
        '+１２１２５５５０１００',
        '＋12125550100',
        '+١٢١٢٥٥٥٠١٠٠',
        '+0125550100',
      ],
      ...[
        '+123456',
        '+1234567890123456',
        '+49 (0)30 1234567',
        '+44 (020) 7946 0958',
        '+1/212/555/0100',
        '++12125550100',
      ],
      ...[
        ' +12125550100',
        '+12125550100 ',
        '+1 (212 555 0100',
        'tel:+12125550100',
        '+12125550100,+12125550101',
        '+',
        '1.2125550100E+10',
      ],
    ],
    address(channel),
  ),
])

const APNS = ['APNS', 'APNS_SANDBOX', 'APNS_VOIP', 'APNS_VOIP_SANDBOX']

const TOKENS = [
  ...APNS.flatMap((channel) => [
    ...cases(`good ${channel} token`, [], [hex(64), hex(64).toUpperCase(), hex(200)], address(channel)),
    ...cases(
      `bad ${channel} token`,
      [['TOKEN_SYNTAX', 'Address']],
      [hex(62), hex(63), hex(65), hex(202), `${hex(63)}g`, `<${hex(62)}>`, `${hex(8)} ${hex(56)}`],
      address(channel),
    ),
  ]),
  ...['GCM', 'ADM', 'BAIDU'].flatMap((channel) => [
    ...cases(`good ${channel} token`, [], ['zq:APA91b_-x', times('9', 4096), '"zq"\\'], address(channel)),
    ...cases(
      `bad ${channel} token`,
      [['TOKEN_SYNTAX', 'Address']],
      [times('9', 4097), 'zq token', 'zqtök', 'zq\u00a0token', 'zqtoken\t'],
      address(channel),
    ),
    ...cases(
      `placeholder for a ${channel} token`,
      [['TOKEN_PLACEHOLDER', 'Address']],
      ['null', '(null)', 'BLACKLISTED', 'undefined'],
      address(channel),
    ),
  ]),
  ...['PUSH', 'CUSTOM', 'IN_APP'].flatMap((channel) =>
    cases(`good ${channel} address`, [], ['https://example.com/?a=1&b=2', 'null'], address(channel)),
  ),
]

export const ADDRESS_ROWS: readonly RowCase[] = [...EMAIL, ...PHONE, ...TOKENS]
