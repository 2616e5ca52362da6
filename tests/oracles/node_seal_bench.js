// Times BFV operations of node-seal: node node_seal_bench.js DEGREE... prints one JSON object, microseconds for each operation and degree.
// Parameters as those of `collab bench he`: the same bit lengths of primes, a plaintext modulus of 20 bits. Each figure is the median of the runs, of the time of the processor.
'use strict';

const BITS = { 4096: [36, 36, 37], 8192: [43, 43, 44, 44, 44], 16384: [48, 48, 48, 48, 48, 48, 48, 48, 48] };
const RUNS = 9;

function median(operation, repetitions) {
  operation();
  const times = [];
  for (let run = 0; run < RUNS; run++) {
    const start = process.cpuUsage();
    for (let i = 0; i < repetitions; i++) operation();
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / repetitions);
  }
  return times.sort((a, b) => a - b)[RUNS >> 1];
}

async function main() {
  const seal = await require('node-seal')();
  const report = {};
  for (const degree of process.argv.slice(2).map(Number)) {
    const parameters = seal.EncryptionParameters(seal.SchemeType.bfv);
    parameters.setPolyModulusDegree(degree);
    parameters.setCoeffModulus(seal.CoeffModulus.Create(degree, Int32Array.from(BITS[degree])));
    parameters.setPlainModulus(seal.PlainModulus.Batching(degree, 20));
    const context = seal.Context(parameters, true, seal.SecurityLevel.tc128);
    const generator = seal.KeyGenerator(context);
    const [secret, key] = [generator.secretKey(), generator.createPublicKey()];
    const [relinearization, galois] = [generator.createRelinKeys(), generator.createGaloisKeys(Int32Array.from([1]))];
    const [encoder, evaluator] = [seal.BatchEncoder(context), seal.Evaluator(context)];
    const [encryptor, decryptor] = [seal.Encryptor(context, key, secret), seal.Decryptor(context, secret)];
    const slots = BigUint64Array.from({ length: degree }, (_, i) => BigInt((i * 7919) % 1000003));
    const plain = encoder.encode(slots);
    const [x, y] = [encryptor.encrypt(plain), encryptor.encrypt(plain)];
    const product = evaluator.multiply(x, y);
    const [inNtt, plainInNtt] = [evaluator.cipherTransformToNtt(x), evaluator.plainTransformToNtt(plain, context.firstParmsId)];
    const [into, intoPlain] = [seal.CipherText(), seal.PlainText()];
    const few = degree > 8192 ? 2 : 5;
    report[degree] = {
      multiply: median(() => evaluator.multiply(x, y, into), few),
      relinearize: median(() => evaluator.relinearize(product, relinearization, into), few),
      rotate: median(() => evaluator.rotateRows(x, 1, galois, into), few),
      'multiply-plain': median(() => evaluator.multiplyPlain(inNtt, plainInNtt, into), 20),
      add: median(() => evaluator.add(x, y, into), 50),
      switch: median(() => evaluator.cipherModSwitchToNext(x, into), few),
      encode: median(() => encoder.encode(slots, intoPlain), 20),
      encrypt: median(() => encryptor.encrypt(plain, into), few),
      'encrypt-secret': median(() => encryptor.encryptSymmetric(plain, into), few),
      decrypt: median(() => decryptor.decrypt(x, intoPlain), few),
      'galois-key': median(() => generator.createGaloisKeys(Int32Array.from([1])).delete(), 2),
    };
  }
  console.log(JSON.stringify(report));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
