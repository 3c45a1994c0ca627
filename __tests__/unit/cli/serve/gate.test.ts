import { Gate } from "../../../../cli/serve/gate";

/* The gate that limits how many health checks have a connection. */

const moments = async () => {
  for (let moment = 0; moment < 10; moment += 1) await Promise.resolve();
};

test("lets only so many run at once, the others in turn, also after one that failed", async () => {
  const gate = new Gate(2);
  const running: number[] = [];
  const ends: (() => void)[] = [];
  const all = [0, 1, 2, 3].map((number) =>
    gate.pass(async () => {
      running.push(number);
      await new Promise<void>((resolve) => (ends[number] = resolve));
      if (number === 0) throw new Error("failed");
      return number;
    }),
  );
  const settled = Promise.allSettled(all);
  await moments();
  expect(running).toEqual([0, 1]);
  ends[0]?.();
  await moments();
  expect(running).toEqual([0, 1, 2]);
  ends[1]?.();
  await moments();
  expect(running).toEqual([0, 1, 2, 3]);
  ends[2]?.();
  ends[3]?.();
  expect((await settled).map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled", "fulfilled"]);
});
