// What AnchorLog promises: a log only grows, only its owner writes, and nothing is ever lost.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { encodeAbiParameters, keccak256, zeroAddress, zeroHash } from "viem";

import { NOTE_HASH, Tree, deployed, hex, refusal, registered } from "../../scripts/support.js";

const tree = new Tree();
const other = new Tree("rewritten ");
const root = (size) => hex(tree.root(size));

async function anchored(sizes) {
  const world = await deployed();
  let last = 0;
  for (const size of sizes) {
    const proof = last ? tree.proof(last, size) : [];
    await world.contract.write.anchor([world.id, BigInt(size), root(size), NOTE_HASH, proof]);
    last = size;
  }
  return world;
}

const anchor = ({ contract, id }, size, head, proof, options) =>
  contract.write.anchor([id, BigInt(size), head, NOTE_HASH, proof], options);

describe("a name is registered once, for ever", () => {
  it("gives the id that anybody can compute", async () => {
    const { id, owner } = await deployed("log.example/nước");
    const fields = [{ type: "address" }, { type: "string" }];
    const encoded = encodeAbiParameters(fields, [owner.account.address, "log.example/nước"]);
    assert.equal(id, keccak256(encoded));
  });

  it("refuses the same name of the same owner", async () => {
    const { contract, id, owner } = await deployed();
    const refused = refusal("AlreadyRegistered", id, owner.account.address);
    await assert.rejects(contract.write.register(["log.example/test"]), refused);
  });

  it("refuses it also after the log was handed over", async () => {
    const { contract, id, stranger } = await deployed();
    await contract.write.offer([id, stranger.account.address]);
    await contract.write.accept([id], { account: stranger.account });
    const refused = refusal("AlreadyRegistered", id, stranger.account.address);
    await assert.rejects(contract.write.register(["log.example/test"]), refused);
  });

  it("gives a stranger who takes the same name another id, and everybody sees it", async () => {
    const { contract, id, owner, stranger } = await deployed();
    await contract.write.register(["log.example/test"], { account: stranger.account });
    const events = await contract.getEvents.Registered({}, { fromBlock: 0n });
    assert.deepEqual(events.map((e) => e.args.name), ["log.example/test", "log.example/test"]);
    assert.equal(events[0].args.id, id);
    assert.notEqual(events[1].args.id, id);
    const owners = events.map((e) => e.args.owner.toLowerCase());
    assert.deepEqual(owners, [owner.account.address, stranger.account.address]);
  });
});

describe("a log only grows", () => {
  it("has no head before the first anchor", async () => {
    const { contract, id } = await deployed();
    assert.deepEqual(await contract.read.latest([id]), [0n, zeroHash, 0n]);
    assert.equal(await contract.read.rootAt([id, 0n]), zeroHash);
  });

  it("takes the first anchor with an empty proof", async () => {
    const { contract, id, chain } = await anchored([5]);
    const { timestamp } = await chain.getBlock();
    assert.deepEqual(await contract.read.latest([id]), [5n, root(5), timestamp]);
  });

  it("refuses a first anchor of no entries", async () => {
    const world = await deployed();
    await assert.rejects(anchor(world, 0, root(1), []), refusal("NotLarger", 0n, 0n));
  });

  it("refuses a first anchor with a proof", async () => {
    const world = await deployed();
    const refused = refusal("WrongProofLength", 0n, 5n, 1n);
    await assert.rejects(anchor(world, 5, root(5), [root(1)]), refused);
  });

  for (const size of [1, 4, 5]) {
    it(`refuses to go from 5 entries to ${size}`, async () => {
      const world = await anchored([5]);
      await assert.rejects(anchor(world, size, root(size), []), refusal("NotLarger", 5n, size));
    });
  }

  for (const sizes of [[], [5]]) {
    it(`refuses an empty root after ${sizes.length} anchors`, async () => {
      const world = await anchored(sizes);
      await assert.rejects(anchor(world, 9, zeroHash, []), refusal("EmptyRoot", 9n));
    });
  }

  it("refuses a rewritten tree, and says which root it kept and which was proven", async () => {
    const world = await anchored([5]);
    const refused = refusal("HistoryRewritten", 5n, root(5), hex(other.root(5)));
    await assert.rejects(anchor(world, 9, hex(other.root(9)), other.proof(5, 9)), refused);
    assert.equal((await world.contract.read.latest([world.id]))[0], 5n);
  });

  it("refuses another new root than the proven one", async () => {
    const world = await anchored([5]);
    const refused = refusal("WrongRoot", 9n, root(8), root(9));
    await assert.rejects(anchor(world, 9, root(8), tree.proof(5, 9)), refused);
  });

  for (const [what, change, length] of [
    ["shortened", (proof) => proof.slice(0, -1), 2n],
    ["lengthened", (proof) => [...proof, NOTE_HASH], 4n],
    ["empty", () => [], 0n],
  ]) {
    it(`refuses a proof that is ${what}`, async () => {
      const world = await anchored([8]);
      const proof = change(tree.proof(8, 15));
      const refused = refusal("WrongProofLength", 8n, 15n, BigInt(proof.length));
      await assert.rejects(anchor(world, 15, root(15), proof), refused);
      assert.ok(BigInt(proof.length) <= length);
    });
  }

  it("refuses a proof in the wrong order", async () => {
    const world = await anchored([6]);
    const proof = tree.proof(6, 9).reverse();
    await assert.rejects(anchor(world, 9, root(9), proof), /HistoryRewritten|WrongProofLength/);
  });

  for (const [m, n] of [[1, 2], [8, 9], [8, 16], [64, 1000], [7, 8], [999, 1000]]) {
    it(`goes from ${m} to ${n}`, async () => {
      const { contract, id } = await anchored([m, n]);
      assert.equal(await contract.read.rootAt([id, BigInt(n)]), root(n));
    });
  }

  it("keeps every head, and its events alone rebuild the history", async () => {
    const sizes = [1, 5, 8, 100];
    const { contract, id } = await anchored(sizes);
    const events = await contract.getEvents.Anchored({ id }, { fromBlock: 0n });
    const kept = events.map(({ args }) => [Number(args.size), args.root, args.noteHash]);
    assert.deepEqual(kept, sizes.map((size) => [size, root(size), NOTE_HASH]));
    for (const size of sizes) {
      assert.equal(await contract.read.rootAt([id, BigInt(size)]), root(size));
    }
    assert.equal(await contract.read.rootAt([id, 6n]), zeroHash);
  });

  it("keeps two logs of one owner apart", async () => {
    const world = await anchored([5]);
    const second = await registered(world, "second.example/log");
    assert.equal(await world.contract.read.rootAt([second, 5n]), zeroHash);
    await anchor({ ...world, id: second }, 3, hex(other.root(3)), []);
    assert.deepEqual((await world.contract.read.latest([world.id])).slice(0, 2), [5n, root(5)]);
  });
});

describe("only the owner writes", () => {
  it("refuses a stranger's anchor", async () => {
    const world = await anchored([5]);
    const { owner, stranger } = world;
    const refused = refusal("NotOwner", owner.account.address, stranger.account.address);
    const sent = anchor(world, 9, root(9), tree.proof(5, 9), { account: stranger.account });
    await assert.rejects(sent, refused);
  });

  it("refuses an anchor of a log that nobody registered", async () => {
    const { contract, owner } = await deployed();
    const refused = refusal("NotOwner", zeroAddress, owner.account.address);
    await assert.rejects(anchor({ contract, id: NOTE_HASH }, 5, root(5), []), refused);
    assert.equal(await contract.read.owner([NOTE_HASH]), zeroAddress);
  });

  it("hands a log over in two steps, and the old owner is out", async () => {
    const world = await anchored([5]);
    const { contract, id, owner, stranger } = world;
    await contract.write.offer([id, stranger.account.address]);
    assert.equal((await contract.read.owner([id])).toLowerCase(), owner.account.address);
    await contract.write.accept([id], { account: stranger.account });
    assert.equal((await contract.read.owner([id])).toLowerCase(), stranger.account.address);
    const refused = refusal("NotOwner", stranger.account.address, owner.account.address);
    await assert.rejects(anchor(world, 9, root(9), tree.proof(5, 9)), refused);
    await anchor(world, 9, root(9), tree.proof(5, 9), { account: stranger.account });
    const again = refusal("NotOffered", zeroAddress, stranger.account.address);
    await assert.rejects(contract.write.accept([id], { account: stranger.account }), again);
  });

  it("refuses to be taken without an offer, or by another than it was offered to", async () => {
    const { contract, id, owner, stranger } = await deployed();
    const account = stranger.account;
    const nobody = refusal("NotOffered", zeroAddress, account.address);
    await assert.rejects(contract.write.accept([id], { account }), nobody);
    await contract.write.offer([id, owner.account.address]);
    const another = refusal("NotOffered", owner.account.address, account.address);
    await assert.rejects(contract.write.accept([id], { account }), another);
  });

  it("refuses a stranger's offer, and lets an owner take an offer back", async () => {
    const { contract, id, owner, stranger } = await deployed();
    const account = stranger.account;
    const refused = refusal("NotOwner", owner.account.address, account.address);
    await assert.rejects(contract.write.offer([id, account.address], { account }), refused);
    await contract.write.offer([id, account.address]);
    await contract.write.offer([id, zeroAddress]);
    const back = refusal("NotOffered", zeroAddress, account.address);
    await assert.rejects(contract.write.accept([id], { account }), back);
  });

  it("takes no ether", async () => {
    const { contract, owner } = await deployed();
    await assert.rejects(owner.sendTransaction({ to: contract.address, value: 1n }));
  });
});
