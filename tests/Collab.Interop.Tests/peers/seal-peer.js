// Runs programs on Microsoft SEAL (node-seal): reads a list of them from standard input as JSON, writes the list of what came out.
'use strict';

async function main() {
  const seal = await require('node-seal')();
  const programs = JSON.parse(require('fs').readFileSync(0, 'utf8'));
  process.stdout.write(JSON.stringify(programs.map((program) => run(seal, program))));
}

function context(seal, { degree, plainModulus, primes }) {
  const parameters = seal.EncryptionParameters(seal.SchemeType.bfv);
  parameters.setPolyModulusDegree(degree);
  const moduli = seal.Vector();
  moduli.from(primes.map((prime) => seal.Modulus(BigInt(prime)).instance), 'Modulus');
  parameters.setCoeffModulus(moduli);
  parameters.setPlainModulus(seal.Modulus(BigInt(plainModulus)));
  return seal.Context(parameters, true, seal.SecurityLevel.tc128);
}

function run(seal, program) {
  const of = context(seal, program);
  if (!of.parametersSet()) return { accepted: false };
  const generator = seal.KeyGenerator(of);
  const [secret, key] = [generator.secretKey(), generator.createPublicKey()];
  const [encryptor, decryptor] = [seal.Encryptor(of, key, secret), seal.Decryptor(of, secret)];
  const [encoder, evaluator] = [seal.BatchEncoder(of), seal.Evaluator(of)];
  const uses = (...operations) => program.steps.some(({ operation }) => operations.includes(operation));
  const relinearization = uses('multiply') ? generator.createRelinKeys() : null;
  const galois = uses('rotateRows', 'rotateColumns') ? generator.createGaloisKeys(Int32Array.from([0, ...program.rowSteps])) : null; // 0: the exchange of rows

  const plain = program.inputs.map((slots) => encoder.encode(BigUint64Array.from(slots.map(BigInt))));
  const values = plain.map((plaintext) => encryptor.encryptSymmetric(plaintext)); // as ours: SEAL's public encryption divides by the special prime
  for (const { operation, a, b } of program.steps) {
    const x = values[a];
    values.push({
      add: () => evaluator.add(x, values[b]),
      subtract: () => evaluator.sub(x, values[b]),
      negate: () => evaluator.negate(x),
      multiply: () => evaluator.relinearize(evaluator.multiply(x, values[b]), relinearization),
      multiplyPlain: () => evaluator.multiplyPlain(x, plain[b]),
      addPlain: () => evaluator.addPlain(x, plain[b]),
      rotateRows: () => evaluator.rotateRows(x, b, galois),
      rotateColumns: () => evaluator.rotateColumns(x, galois),
      switch: () => evaluator.cipherModSwitchToNext(x),
    }[operation]());
  }

  return {
    accepted: true,
    coefficients: plain.map((plaintext) => coefficients(plaintext.toPolynomial(), program.degree)),
    values: values.map((value) => ({
      slots: Array.from(encoder.decodeBigInt(decryptor.decrypt(value), false), Number),
      budget: decryptor.invariantNoiseBudget(value),
    })),
  };
}

// '1AFx^3 + 5x^1 + 7' in hexadecimal, to the coefficients of X^0 to X^(N - 1).
function coefficients(polynomial, degree) {
  const result = new Array(degree).fill(0);
  for (const term of polynomial.split(' + ')) {
    const [coefficient, exponent] = term.split('x^');
    result[Number(exponent ?? 0)] = parseInt(coefficient, 16);
  }
  return result;
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
