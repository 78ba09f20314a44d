/** `1 punch`, `2 punches`, `0 punches`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

export function countPunches(count: number): string {
  return countOf(count, 'punch', 'punches');
}
