// What ONNX Runtime predicts. Standard input: a JSON list of { model: base64, inputs: { name: { type, columns, values } } }, values row after row, null for NaN.
// Standard output: a JSON list of the values of each output "y".
const fs = require("fs");
const ort = require("onnxruntime-node");

function tensorOf({ type, columns, values }) {
  const data = type === "string" ? values : Float64Array.from(values, (x) => (x === null ? NaN : x));
  return new ort.Tensor(type, data, [values.length / columns, columns]);
}

async function main() {
  const answers = [];
  for (const { model, inputs } of JSON.parse(fs.readFileSync(0, "utf8"))) {
    const session = await ort.InferenceSession.create(Buffer.from(model, "base64"));
    const feeds = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, tensorOf(input)]));
    const { y } = await session.run(feeds);
    if (y.type !== "float64") throw new Error("y is " + y.type);
    answers.push(Array.from(y.data));
  }
  process.stdout.write(JSON.stringify(answers));
}

main().catch((error) => {
  process.stderr.write(String(error));
  process.exitCode = 1;
});
