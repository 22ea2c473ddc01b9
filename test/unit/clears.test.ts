import { describe, expect, it } from 'vitest'
import { fieldsOf, withClears } from '../../shared/endpoint/clears.ts'
import type { Endpoint } from '../../shared/endpoint/endpoint.ts'

const before: Endpoint = {
  Id: 'e1',
  Address: 'ada@example.com',
  ChannelType: 'EMAIL',
  Attributes: { Plan: ['gold'], Old: ['x'] },
  Metrics: { Orders: 3 },
  Location: { City: 'Lisbon', Latitude: 38.7 },
  User: { UserId: 'u1', UserAttributes: { FirstName: ['Ada'] } },
}
const bare: Endpoint = { Id: 'e1', Address: 'ada@example.com', ChannelType: 'EMAIL' }

describe('clearing what vanished at the source', () => {
  it('names the fields that can be cleared, and no number', () => {
    expect(fieldsOf(before).sort()).toEqual(
      [
        'Attributes.Old',
        'Attributes.Plan',
        'Location.City',
        'User.UserAttributes.FirstName',
        'User.UserId',
      ].sort(),
    )
  })

  it('sends [] for an attribute, an empty text for a text, and leaves what is still there', () => {
    const after: Endpoint = {
      ...bare,
      Attributes: { Plan: ['free'] },
      User: { UserId: 'u1' },
    }
    expect(withClears(after, fieldsOf(before))).toEqual({
      ...after,
      Attributes: { Old: [], Plan: ['free'] },
      Location: { City: '' },
      User: { UserId: 'u1', UserAttributes: { FirstName: [] } },
    })
  })

  it('detaches from a user without clearing what belongs to that user', () => {
    expect(withClears(bare, ['User.UserId', 'User.UserAttributes.FirstName']).User).toEqual({ UserId: '' })
  })

  it('changes nothing when nothing vanished', () => {
    expect(withClears(before, fieldsOf(before))).toBe(before)
  })
})
