/** The reserved words of SQL that every engine refuses as a name. */
export const SQL = `all alter analyze and as asc between both by case cast check collate column constraint create cross
  current_date current_time current_timestamp current_user database default delete desc describe distinct drop else
  end except exists false fetch for foreign from full grant group having in inner insert intersect into is join
  leading left like limit natural not null on only or order outer primary references right select session_user set
  table then to trailing true union unique update user using values when where with`

/** All words of the lists. */
export function words(...lists: string[]): Set<string> {
  return new Set(lists.join(' ').split(/\s+/).filter(Boolean))
}
