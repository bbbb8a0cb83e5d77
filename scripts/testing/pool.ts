/** Works through the items in order, `atOnce` lanes at a time; the results stand in the order of the items. */
export async function inPool<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, lane: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const run = async (lane: number): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]!, lane);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, (_, lane) => run(lane)));
  return results;
}
