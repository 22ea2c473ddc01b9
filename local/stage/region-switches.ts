/** Which Regions answer. A Region that is down gives no answer at all, as when its network is gone. */

export interface RegionSwitches {
  /** Throws for a Region that is not there. */
  down(region: string): void
  /** Throws for a Region that is not there. */
  up(region: string): void
  isDown(region: string): boolean
}

export const createRegionSwitches = (regions: readonly string[]): RegionSwitches => {
  const isolated = new Set<string>()
  const known = (region: string): string => {
    if (regions.includes(region)) return region
    throw new Error(`Region ${region} is not here; there are ${regions.join(', ')}`)
  }
  return {
    down: (region) => void isolated.add(known(region)),
    up: (region) => void isolated.delete(known(region)),
    isDown: (region) => isolated.has(region),
  }
}
