// Writes tests/vectors/evm-transactions.json: random transactions and values of the contract interface, encoded by ethers and by viem.
// Both must agree on every one, or nothing is written. At the root of the repository, after 'npm ci --prefix tests/chain --ignore-scripts':
//   node tests/chain/evm_vectors.js [seed [transactions [values]]] > tests/vectors/evm-transactions.json
'use strict';
const ethers = require('ethers');
const viem = require('viem');
const accounts = require('viem/accounts');

const [seed, transactionCount, valueCount] = [1, 240, 400].map((standard, i) => Number(process.argv[2 + i] ?? standard));

// Seeded bytes: keccak256(seed, counter) over and over.
let counter = 0;
let pool = [];
const byte = () => {
  if (pool.length === 0) pool = [...ethers.getBytes(ethers.solidityPackedKeccak256(['uint64', 'uint64'], [seed, counter++]))];
  return pool.pop();
};
const below = n => Number(number(6) % BigInt(n));
const number = size => Array.from({ length: size }, byte).reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
const hex = size => '0x' + Array.from({ length: size }, () => byte().toString(16).padStart(2, '0')).join('');
const pick = list => list[below(list.length)];
// Numbers of every length in bytes, often at an edge.
const upTo = size => pick([() => 0n, () => 1n, () => 127n, () => 128n, () => 256n ** BigInt(size) - 1n, () => number(1 + below(size)), () => number(1 + below(size))])();

function demand(holds, what) { if (!holds) throw new Error(`ethers and viem differ: ${what}`); }

async function transaction(i) {
  const kind = i % 3;
  const key = ethers.toBeHex(number(32) % (2n ** 255n) + 1n, 32);
  const legacy = kind === 0;
  const chainId = pick([1n, 31337n, 1337n, 10n ** 9n, BigInt(below(2 ** 40) + 1)]);
  const price = upTo(8);
  const tip = kind === 2 ? pick([0n, price, price / 2n]) : price;
  const to = below(8) === 0 ? null : ethers.getAddress(hex(20));
  const length = pick([0, 1, 4, 36, 55, 56, 68, below(300)]);
  const accessList = legacy ? [] : Array.from({ length: below(4) }, () => ({
    address: ethers.getAddress(hex(20)), storageKeys: Array.from({ length: below(4) }, () => hex(32)) }));
  const fields = { nonce: Number(upTo(4)), gas: upTo(7), value: upTo(12), data: length === 1 ? pick(['0x00', '0x7f', '0x80', hex(1)]) : hex(length) };

  const viemFields = { chainId: Number(chainId), nonce: fields.nonce, gas: fields.gas, to, value: fields.value, data: fields.data, accessList: legacy ? undefined : accessList,
    ...(kind === 2 ? { type: 'eip1559', maxFeePerGas: price, maxPriorityFeePerGas: tip } : { type: legacy ? 'legacy' : 'eip2930', gasPrice: price }) };
  const byViem = await accounts.privateKeyToAccount(key).signTransaction(viemFields);

  const wallet = new ethers.Wallet(key);
  const parsed = ethers.Transaction.from({ type: kind, chainId, nonce: fields.nonce, gasLimit: fields.gas, to, value: fields.value, data: fields.data,
    ...(legacy ? {} : { accessList }), ...(kind === 2 ? { maxFeePerGas: price, maxPriorityFeePerGas: tip } : { gasPrice: price }) });
  const byEthers = await wallet.signTransaction(parsed);
  demand(byEthers === byViem, `transaction ${i}`);
  const signed = ethers.Transaction.from(byEthers);
  return { kind, key, from: wallet.address, chainId: Number(chainId), nonce: fields.nonce, tip: tip.toString(), price: price.toString(), gas: fields.gas.toString(), to,
    value: fields.value.toString(), data: fields.data, accessList, raw: byEthers, hash: signed.hash };
}

function type(depth) {
  const plain = [() => `uint${8 * (1 + below(32))}`, () => `int${8 * (1 + below(32))}`, () => 'uint256', () => 'bytes32', () => 'address', () => 'bool',
    () => `bytes${1 + below(32)}`, () => 'bytes', () => 'string'];
  if (depth === 0 || below(3) > 0) return { name: pick(plain)() };
  switch (below(3)) {
    case 0: { const of = type(depth - 1); return { name: `${of.name}[]`, of }; }
    case 1: { const of = type(depth - 1); const count = 1 + below(4); return { name: `${of.name}[${count}]`, of, count }; }
    default: { const parts = Array.from({ length: 1 + below(4) }, () => type(depth - 1)); return { name: `(${parts.map(p => p.name).join(',')})`, parts }; }
  }
}

function value(of) {
  if (of.parts) return of.parts.map(value);
  if (of.of) return Array.from({ length: of.count ?? below(4) }, () => value(of.of));
  const width = Number(/\d+$/.exec(of.name)?.[0]);
  if (of.name.startsWith('uint')) return upTo(width / 8);
  if (of.name.startsWith('int')) { const n = BigInt.asIntN(width, upTo(width / 8)); return below(2) ? n : BigInt.asIntN(width, -n); }
  if (of.name === 'bool') return below(2) === 1;
  if (of.name === 'address') return ethers.getAddress(hex(20));
  if (of.name === 'bytes') return hex(pick([0, 1, 31, 32, 33, below(100)]));
  if (of.name === 'string') return Array.from({ length: pick([0, 1, below(40)]) }, () => pick(['a', 'ß', '证', '𝕏', ' ', '\0', 'z'])).join('');
  return hex(width);
}

// viem takes parameters with components; small integers as numbers.
function parameter(of) {
  if (of.of) { const inner = parameter(of.of); return { ...inner, type: `${inner.type}[${of.count ?? ''}]` }; }
  if (of.parts) return { type: 'tuple', components: of.parts.map((p, i) => ({ ...parameter(p), name: `p${i}` })) };
  return { type: of.name };
}
function forViem(of, v) {
  if (of.of) return v.map(item => forViem(of.of, item));
  if (of.parts) return Object.fromEntries(of.parts.map((p, i) => [`p${i}`, forViem(p, v[i])]));
  return /^u?int(8|16|24|32|40|48)$/.test(of.name) ? Number(v) : v;
}

function coded(i) {
  const parts = Array.from({ length: 1 + below(4) }, () => type(3));
  const values = parts.map(value);
  const byEthers = ethers.AbiCoder.defaultAbiCoder().encode(parts.map(p => p.name.replaceAll('(', 'tuple(')), values);
  const byViem = viem.encodeAbiParameters(parts.map(parameter), values.map((v, j) => forViem(parts[j], v)));
  demand(byEthers === byViem, `value ${i} of (${parts.map(p => p.name)})`);
  const text = `f(${parts.map(p => p.name).join(',')})`;
  const selector = ethers.id(text).slice(0, 10);
  demand(selector === viem.toFunctionSelector(text), `selector of ${text}`);
  return { type: `(${parts.map(p => p.name).join(',')})`, values: JSON.parse(JSON.stringify(values, (_, v) => typeof v === 'bigint' ? v.toString() : v)), encoded: byEthers, selector };
}

(async () => {
  const transactions = [];
  for (let i = 0; i < transactionCount; i++) transactions.push(await transaction(i));
  const values = [];
  for (let i = 0; i < valueCount; i++) values.push(coded(i));
  const lines = list => `[\n${list.map(item => JSON.stringify(item)).join(',\n')}\n]`;
  process.stdout.write(`{"source":"ethers ${ethers.version} and viem ${viem.version ?? require('viem/package.json').version}, byte for byte the same",`
    + `"generatedBy":"node tests/chain/evm_vectors.js ${seed} ${transactionCount} ${valueCount}",\n"transactions":${lines(transactions)},\n"values":${lines(values)}}\n`);
})().catch(fault => { console.error(fault.message); process.exit(1); });
