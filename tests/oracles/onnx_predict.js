// What ONNX Runtime predicts with the files that Collab writes, for tests/vectors/onnx-linear.json.
// npm install --ignore-scripts onnxruntime-node, then from the repository's root:  node tests/oracles/onnx_predict.js tests/vectors/onnx-linear.json
// Reads "model" (base64) and "rows" of every case and writes the file again with the "predictions".
const fs = require("fs");
const ort = require("onnxruntime-node");

async function main(path) {
  const file = JSON.parse(fs.readFileSync(path, "utf8"));
  for (const one of file.cases) {
    const session = await ort.InferenceSession.create(Buffer.from(one.model, "base64"));
    const x = new ort.Tensor("float64", Float64Array.from(one.rows.flat()), [one.rows.length, one.rows[0].length]);
    one.predictions = Array.from((await session.run({ x })).y.data);
  }
  fs.writeFileSync(path, JSON.stringify(file, null, 1) + "\n");
}

main(process.argv[2]);
