'use strict';

// The grpc-js side of the interop tests; README.md beside this file says what each behaviour answers.
const crypto = require('node:crypto');
const path = require('node:path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const LIMIT = 8 * 1024 * 1024;
const TEXT = 'Ärger: 100 %\nzweite Zeile';
const DETAIL = Buffer.from([0, 1, 254, 255]);
const OPTIONS = { 'grpc.max_receive_message_length': LIMIT, 'grpc.max_send_message_length': -1 };
const definition = loader.loadSync(path.join(__dirname, '../proto/interop.proto'), { longs: Number, defaults: true });
const { Interop } = grpc.loadPackageDefinition(definition).collab.interop.v1;

const service = {
  One(call, reply) {
    const { data, behaviour } = call.request;
    if (behaviour === 'wait') return;
    if (behaviour === 'status') {
      const trailers = new grpc.Metadata();
      trailers.set('detail-bin', DETAIL);
      reply({ code: grpc.status.FAILED_PRECONDITION, details: TEXT, metadata: trailers });
      return;
    }
    const back = new grpc.Metadata();
    if (behaviour === 'metadata') {
      for (const key of ['x-text', 'x-bytes-bin']) for (const value of call.metadata.get(key)) back.add(key, value);
      call.sendMetadata(back);
    }
    reply(null, { data, number: data.length }, back);
  },
  async Many(call) {
    const { number, behaviour, data } = call.request;
    for (let i = 0; i < number; i++) {
      if (!call.write({ number: i, data })) await new Promise((resolve) => call.once('drain', resolve));
    }
    if (behaviour === 'fail') call.emit('error', { code: grpc.status.DATA_LOSS, details: 'after the messages' });
    else call.end();
  },
  Collect(call, reply) {
    const hash = crypto.createHash('sha256');
    let number = 0;
    call.on('data', (message) => { number += message.data.length; hash.update(message.data); });
    call.on('end', () => reply(null, { number, data: hash.digest() }));
  },
  Echo(call) {
    call.on('data', (message) => {
      if (!call.write(message)) { call.pause(); call.once('drain', () => call.resume()); }
    });
    call.on('end', () => { call.write({ number: -1 }); call.end(); });
  },
};

function serve() {
  const server = new grpc.Server(OPTIONS);
  server.addService(Interop.service, service);
  server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    console.log(`port ${port}`);
  });
  process.stdin.on('end', () => process.exit(0)).resume();
}

const pattern = (size, seed) => Buffer.alloc(size, crypto.createHash('sha256').update(String(seed)).digest());
const equal = (actual, expected, what) => {
  const same = Buffer.isBuffer(expected) ? expected.equals(actual) : actual === expected;
  if (!same) throw new Error(`${what} differs${Buffer.isBuffer(expected) ? '' : `: ${actual}`}`);
};
const one = (client, request, metadata = new grpc.Metadata(), options = {}) => new Promise((resolve) => {
  const result = {};
  const call = client.One(request, metadata, options, (error, reply) => { result.error = error; result.reply = reply; });
  result.call = call;
  call.on('metadata', (headers) => { result.headers = headers; });
  call.on('status', (status) => { result.status = status; resolve(result); });
  if (options.started) options.started(call);
});
const read = async (call, onMessage) => {
  const status = new Promise((resolve) => call.on('status', resolve));
  call.on('error', () => {});
  try { for await (const message of call) await onMessage(message); } catch { /* the status says it */ }
  return status;
};
const write = (call, message) => new Promise((resolve) => { if (call.write(message)) resolve(); else call.once('drain', resolve); });

const cases = {
  async unary({ client }) {
    const data = pattern(100000, 1);
    const { reply } = await one(client, { data });
    equal(reply.data, data, 'data');
    equal(reply.number, data.length, 'number');
  },
  async empty({ client }) {
    const { reply, status } = await one(client, {});
    equal(status.code, 0, 'code');
    equal(reply.number, 0, 'number');
  },
  async metadata({ client }) {
    const sent = new grpc.Metadata();
    sent.set('x-text', 'a b=c;%');
    sent.set('x-bytes-bin', DETAIL);
    const { headers, status } = await one(client, { behaviour: 'metadata' }, sent);
    for (const got of [headers, status.metadata]) {
      equal(got.get('x-text')[0], 'a b=c;%', 'text');
      equal(got.get('x-bytes-bin')[0], DETAIL, 'bytes');
    }
  },
  async 'server-stream'({ client }) {
    let next = 0;
    const status = await read(client.Many({ number: 1000, data: pattern(100, 2) }), (message) => equal(message.number, next++, 'order'));
    equal(status.code, 0, 'code');
    equal(next, 1000, 'count');
  },
  async 'failing-stream'({ client }) {
    let count = 0;
    const status = await read(client.Many({ number: 1000, behaviour: 'fail' }), () => { count++; });
    equal(status.code, grpc.status.DATA_LOSS, 'code');
    equal(count, 1000, 'count');
  },
  async 'client-stream'({ client }) {
    const hash = crypto.createHash('sha256');
    const reply = await new Promise((resolve, reject) => {
      const call = client.Collect((error, message) => (error ? reject(error) : resolve(message)));
      (async () => {
        for (let i = 0; i < 20; i++) { const data = pattern(200000, i); hash.update(data); await write(call, { data }); }
        call.end();
      })();
    });
    equal(reply.number, 20 * 200000, 'bytes');
    equal(reply.data, hash.digest(), 'digest');
  },
  async bidi({ client }) {
    const call = client.Echo();
    let next = 0;
    const writing = (async () => {
      for (let i = 0; i < 64; i++) await write(call, { data: pattern(1 << 20, i), number: i });
      call.end();
    })();
    const status = await read(call, (message) => {
      if (message.number === -1) return;
      equal(message.data, pattern(1 << 20, next++), 'data');
    });
    await writing;
    equal(status.code, 0, 'code');
    equal(next, 64, 'count');
  },
  async 'ping-pong'({ client }) {
    const call = client.Echo();
    let count = 0;
    call.write({ number: 0 });
    const status = await read(call, (message) => {
      if (message.number === -1) return;
      equal(message.number, count++, 'order');
      if (count < 200) call.write({ number: count }); else call.end();
    });
    equal(status.code, 0, 'code');
    equal(count, 200, 'count');
  },
  async 'half-close'({ client }) {
    const call = client.Echo();
    call.end();
    let last = 0;
    const status = await read(call, (message) => { last = message.number; });
    equal(last, -1, 'message after the end');
    equal(status.code, 0, 'code');
  },
  async status({ client }) {
    const { status } = await one(client, { behaviour: 'status' });
    equal(status.code, grpc.status.FAILED_PRECONDITION, 'code');
    equal(status.details, TEXT, 'text');
    equal(status.metadata.get('detail-bin')[0], DETAIL, 'trailer');
  },
  async deadline({ client }) {
    const { status } = await one(client, { behaviour: 'wait' }, undefined, { deadline: Date.now() + 300 });
    equal(status.code, grpc.status.DEADLINE_EXCEEDED, 'code');
  },
  async cancel({ client }) {
    const { status } = await one(client, { behaviour: 'wait' }, undefined, { started: (call) => setImmediate(() => call.cancel()) });
    equal(status.code, grpc.status.CANCELLED, 'code');
  },
  async 'too-large'({ client }) {
    const { status } = await one(client, { data: Buffer.alloc(9 * 1024 * 1024) });
    equal(status.code, grpc.status.RESOURCE_EXHAUSTED, 'code');
  },
  async gzip({ gzipPort }) {
    const client = connect(gzipPort, { 'grpc.default_compression_algorithm': 2 });
    const data = pattern(500000, 3);
    const { reply } = await one(client, { data });
    equal(reply.data, data, 'data');
    client.close();
  },
  async 'unknown-method'({ client }) {
    const code = await new Promise((resolve) => {
      client.makeUnaryRequest('/collab.interop.v1.Interop/None', (x) => x, (x) => x, Buffer.alloc(0), (error) => resolve(error && error.code));
    });
    equal(code, grpc.status.UNIMPLEMENTED, 'code');
  },
};

function connect(port, more = {}) {
  return new Interop(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), { ...OPTIONS, ...more });
}

async function call(port, gzipPort) {
  const client = connect(port);
  for (const [name, run] of Object.entries(cases)) {
    try {
      await run({ client, gzipPort });
      console.log(`ok ${name}`);
    } catch (error) {
      console.log(`fail ${name}: ${error.message}`);
    }
  }
  client.close();
}

const [verb, ...rest] = process.argv.slice(2);
if (verb === 'serve') serve();
else if (verb === 'call') call(...rest);
else { console.error('serve | call PORT GZIP_PORT'); process.exit(2); }
