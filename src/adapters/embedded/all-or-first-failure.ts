/** Lets all of them end before a failure is reported: nothing may start after the caller began to stop. */
export async function allOrFirstFailure<T extends readonly unknown[] | []>(
  starts: T,
): Promise<{ -readonly [Index in keyof T]: Awaited<T[Index]> }> {
  await Promise.allSettled(starts);
  return Promise.all(starts);
}
