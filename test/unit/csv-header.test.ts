import { describe, expect, it } from 'vitest'
import { columnsOf } from '../../shared/sources/csv-header.ts'

const good = ['Id', 'Address', 'ChannelType']

describe('the header of a CSV file', () => {
  it('names where each cell goes', () => {
    expect(columnsOf([...good, 'User.UserAttributes.First.Name', 'Metrics.Orders', 'RequestId'])).toEqual([
      { path: ['Id'], kind: 'text' },
      { path: ['Address'], kind: 'text' },
      { path: ['ChannelType'], kind: 'text' },
      { path: ['User', 'UserAttributes', 'First.Name'], kind: 'list' },
      { path: ['Metrics', 'Orders'], kind: 'number' },
      { path: ['RequestId'], kind: 'none' },
    ])
  })

  it.each([
    ['HEADER_MISSING', ['Id', 'Address'], 'ChannelType'],
    ['HEADER_UNKNOWN', ['id', 'Address', 'ChannelType'], 'did you mean Id?'],
    [
      'HEADER_UNKNOWN',
      [...good, 'Loction.City'],
      'column 4 of the header is no field that Pinpoint imports; did you mean Location.City?',
    ],
    ['HEADER_UNKNOWN', [...good, 'toString'], 'column 4'],
    ['HEADER_UNKNOWN', [...good, 'Attributes.'], 'column 4'],
    ['HEADER_UNKNOWN', [...good, 'EndpointStatus'], 'column 4'],
    ['HEADER_DUPLICATE', [...good, 'Id'], 'column 4 repeats'],
    ['HEADER_DUPLICATE', [...good, 'Metrics.A', 'Metrics.A'], 'column 5 repeats'],
    ['DELIMITER', ['Id;Address;ChannelType'], 'commas'],
  ])('%s: %j', (code, header, says) => {
    const refusal = columnsOf(header)
    expect(refusal).toMatchObject({ code })
    expect((refusal as { message: string }).message).toContain(says)
  })

  it('never quotes a name that it does not know: a file without a header begins with a customer', () => {
    expect(JSON.stringify(columnsOf(['cust-1', 'ada@example.com', 'EMAIL']))).not.toContain('ada')
  })
})
