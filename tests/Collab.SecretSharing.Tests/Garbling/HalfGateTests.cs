using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Collab.Primitives;
using Collab.SecretSharing.Garbling;
using Collab.Testing;
using SharedGarbling = Collab.SecretSharing.Garbling.Garbling;

namespace Collab.SecretSharing.Tests.Garbling;

public sealed class HalfGateTests
{
    [Theory]
    // FIPS 197, appendix C.1; NIST SP 800-38A, F.1.1, blocks 1 and 4.
    [InlineData("000102030405060708090a0b0c0d0e0f", "00112233445566778899aabbccddeeff", "69c4e0d86a7b0430d8cdb78070b4c55a")]
    [InlineData("2b7e151628aed2a6abf7158809cf4f3c", "6bc1bee22e409f96e93d7e117393172a", "3ad77bb40d7a3660a89ecaf32466ef97")]
    [InlineData("2b7e151628aed2a6abf7158809cf4f3c", "f69f2445df4f9b17ad2b417be66c3710", "7b0c785e27e8ad3f8223207104725dd4")]
    public void The_permutation_is_aes_128(string key, string block, string permuted)
    {
        using var hash = new TweakableHash(Convert.FromHexString(key), 1);
        var output = new Vector128<ulong>[1];
        hash.Permute(MemoryMarshal.Cast<byte, Vector128<ulong>>(Convert.FromHexString(block)), output);
        Assert.Equal(permuted, Convert.ToHexStringLower(MemoryMarshal.AsBytes(output.AsSpan())));
    }

    [Fact]
    public void The_hash_is_tmmo_block_by_block()
    {
        var random = RandomSource.Seeded(6);
        var key = random.Bytes(16);
        var bytes = random.Bytes(6 * 16);
        using var hash = new TweakableHash(key, 6);
        var blocks = MemoryMarshal.Cast<byte, Vector128<ulong>>(bytes).ToArray();
        hash.Hash(blocks, [7, 1UL << 56], 3);

        using var aes = Aes.Create();
        aes.Key = key;
        for (var i = 0; i < 6; i++)
        {
            var inner = aes.EncryptEcb(bytes.AsSpan(16 * i, 16), PaddingMode.None); // π(x)
            var tweak = new byte[16];
            BitConverter.TryWriteBytes(tweak, i < 3 ? 7UL : 1UL << 56);
            BitConverter.TryWriteBytes(tweak.AsSpan(8), (ulong)(i % 3));
            var outer = aes.EncryptEcb([.. inner.Zip(tweak, (p, t) => (byte)(p ^ t))], PaddingMode.None); // π(π(x) ⊕ i)
            var expected = inner.Zip(outer, (p, q) => (byte)(p ^ q)).ToArray();
            Assert.Equal(expected, MemoryMarshal.AsBytes(blocks.AsSpan(i, 1)).ToArray());
        }
    }

    [Fact]
    public void Every_gate_has_its_truth_table_under_every_pair_of_colours()
    {
        var builder = new CircuitBuilder();
        var (a, b) = (builder.Input(1)[0], builder.Input(1)[0]);
        var circuit = builder.Build([builder.And(a, b), builder.Xor(a, b), builder.Not(a), builder.Or(a, b)]);
        var seen = new HashSet<(bool, bool, bool, bool)>();
        for (var seed = 0; seed < 8; seed++)
        {
            var layout = new GarbledLayout(circuit, 16, 0);
            using var garbling = Garble(layout, seed);
            var bits = Enumerable.Range(0, 16).Select(i => new[] { (i & 1) != 0, (i & 2) != 0 }).ToArray();
            using var evaluation = Evaluate(layout, garbling, bits);
            for (var i = 0; i < 16; i++)
            {
                var (x, y) = (bits[i][0], bits[i][1]);
                Assert.Equal([x & y, x ^ y, !x, x | y], Enumerable.Range(0, 4).Select(o => evaluation.Output(o, i)));
                seen.Add((x, y, Colour(garbling.Label(0, i, false)), Colour(garbling.Label(1, i, false))));
            }
        }

        Assert.Equal(16, seen.Count); // four inputs under four pairs of colours
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(17)]
    public void A_garbled_circuit_of_random_gates_equals_the_plain_one(int instances)
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var random = RandomSource.Seeded(seed);
            int Next(int bound) => (int)(random.NextUInt64() % (ulong)bound);
            var builder = new CircuitBuilder();
            List<Wire> wires = [.. builder.Input(1 + Next(12))];
            var inputs = wires.Count;
            for (var g = 0; g < 200; g++)
            {
                var (a, b) = (wires[Next(wires.Count)], wires[Next(wires.Count)]);
                wires.Add(Next(3) switch { 0 => builder.Xor(a, b), 1 => builder.And(a, b), _ => builder.Not(a) });
            }

            var circuit = builder.Build(wires);
            var bits = Enumerable.Range(0, instances).Select(_ => Enumerable.Range(0, inputs).Select(_ => Next(2) == 1).ToArray()).ToArray();
            var layout = new GarbledLayout(circuit, instances, 0);
            using var garbling = Garble(layout, seed);
            using var evaluation = Evaluate(layout, garbling, bits);
            for (var i = 0; i < instances; i++)
                Assert.Equal(circuit.Evaluate(bits[i]), Enumerable.Range(0, wires.Count).Select(o => evaluation.Output(o, i)));
        }
    }

    [Fact]
    public void A_label_that_was_not_committed_to_is_not_taken()
    {
        var builder = new CircuitBuilder();
        var circuit = builder.Build([builder.Not(builder.Input(1)[0])]);
        var layout = new GarbledLayout(circuit, 1, 0);
        using var garbling = Garble(layout, 1);
        using var evaluation = new Evaluation(layout, garbling.Material);
        var label = Bytes(garbling.Label(0, 0, true));
        Assert.True(evaluation.TryTakeInput(0, label));
        for (var bit = 0; bit < 128; bit++)
        {
            var changed = label.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(evaluation.TryTakeInput(0, changed));
        }
    }

    [Fact]
    public void Garblings_repeat_from_their_seed_and_batches_differ()
    {
        var builder = new CircuitBuilder();
        var circuit = builder.Build([builder.And(builder.Input(1)[0], builder.Input(1)[0])]);
        var layout = new GarbledLayout(circuit, 2, 0);
        Assert.Equal(Garble(layout, 1).Material, Garble(layout, 1).Material);
        Assert.NotEqual(Garble(layout, 1).Material, Garble(layout, 2).Material);
        using var seed = SecretBytes.Take(new byte[32]);
        Assert.NotEqual(SharedGarbling.Create(layout, seed, 0).Material, SharedGarbling.Create(layout, seed, 1).Material);
    }

    private static SharedGarbling Garble(GarbledLayout layout, int seed)
    {
        using var secret = SecretBytes.Random(32, RandomSource.Seeded(seed));
        return SharedGarbling.Create(layout, secret, 0);
    }

    private static Evaluation Evaluate(GarbledLayout layout, SharedGarbling garbling, bool[][] bits)
    {
        var evaluation = new Evaluation(layout, garbling.Material);
        for (var wire = 0; wire < layout.Circuit.InputCount; wire++)
            Assert.True(evaluation.TryTakeInput(wire, [.. bits.SelectMany((b, i) => Bytes(garbling.Label(wire, i, b[wire])))]));
        evaluation.Run();
        return evaluation;
    }

    private static bool Colour(Vector128<ulong> label) => (label.ToScalar() & 1) != 0;

    private static byte[] Bytes(Vector128<ulong> label) => MemoryMarshal.AsBytes([label]).ToArray();
}
