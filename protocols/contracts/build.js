// Compiles the contract as pinned in tests/chain and prints what the build is, as one JSON document with sorted keys:
//   node protocols/contracts/build.js > protocols/contracts/Consortium.json
// The same sources give the same bytes on every machine: the compiler is WebAssembly of one version, its settings are these, and
// no metadata hash is appended.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');

const here = __dirname;
const solc = require(path.join(here, '..', '..', 'tests', 'chain', 'node_modules', 'solc'));
const sha256 = bytes => crypto.createHash('sha256').update(bytes).digest('hex');

const names = fs.readdirSync(path.join(here, 'src')).filter(name => name.endsWith('.sol')).sort();
const sources = Object.fromEntries(names.map(name => [name, { content: fs.readFileSync(path.join(here, 'src', name), 'utf8') }]));
// The optimizer of the assembly alone: that of Yul has had faults that 0.8.37 still has, and the size does not need it.
const settings = {
    evmVersion: 'london',
    optimizer: { enabled: true, runs: 200, details: { yul: false } },
    metadata: { bytecodeHash: 'none', appendCBOR: false },
    outputSelection: { 'Consortium.sol': { Consortium: ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object', 'evm.methodIdentifiers'] } },
};
const output = JSON.parse(solc.compile(JSON.stringify({ language: 'Solidity', sources, settings })));
for (const error of output.errors || []) process.stderr.write(error.formattedMessage);
if ((output.errors || []).length > 0) process.exit(1);

const contract = output.contracts['Consortium.sol'].Consortium;
const bytecode = contract.evm.bytecode.object;
const sorted = value => Array.isArray(value) ? value.map(sorted)
    : value && typeof value === 'object' ? Object.fromEntries(Object.keys(value).sort().map(key => [key, sorted(value[key])]))
    : value;
process.stdout.write(JSON.stringify(sorted({
    compiler: solc.version(),
    sources: Object.fromEntries(names.map(name => [name, sha256(sources[name].content)])),
    sourceHash: sha256(names.map(name => `${sha256(sources[name].content)}  ${name}\n`).join('')),
    bytecodeHash: sha256(Buffer.from(bytecode, 'hex')),
    deployedBytes: contract.evm.deployedBytecode.object.length / 2,
    selectors: contract.evm.methodIdentifiers,
    abi: contract.abi,
    bytecode,
}), null, 1) + '\n');
