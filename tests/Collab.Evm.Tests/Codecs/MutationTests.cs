using Collab.Evm.Codecs;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Evm.Tests.Codecs;

/// <summary>Bytes of strangers: whatever comes, a value or <see cref="MalformedException"/>, and never a value with two encodings.</summary>
public class MutationTests
{
    private const int Count = 10_000;

    [Fact]
    public void Mutated_rlp_is_read_as_itself_or_refused()
    {
        var originals = Vectors.Transactions.Select(vector => vector.Hex("raw")).Select(raw => raw[0] < 0x80 ? raw[1..] : raw).ToList();
        Mutations.Each(originals, Count, seed: 11, mutated =>
        {
            try
            {
                Assert.Equal(mutated, Rlp.Decode(mutated).Encode());
            }
            catch (MalformedException)
            {
            }
        });
    }

    [Fact]
    public void Mutated_values_are_read_as_themselves_or_refused()
    {
        var vectors = Vectors.Values.Select(vector => (Type: AbiType.Parse(vector.GetProperty("type").GetString()!), Encoded: vector.Hex("encoded"))).ToList();
        var next = 0;
        Mutations.Each([.. vectors.Select(vector => vector.Encoded)], Count, seed: 12, mutated =>
        {
            var type = vectors[next++ % vectors.Count].Type;
            try
            {
                Assert.Equal(mutated, Abi.Encode(type, Abi.Decode(type, mutated)));
            }
            catch (MalformedException)
            {
            }
        });
    }
}

/// <summary>Seeded damage: a bit turned, a byte set to an edge, a part cut out, doubled or put elsewhere.</summary>
internal static class Mutations
{
    public static void Each(IReadOnlyList<byte[]> originals, int count, int seed, Action<byte[]> use)
    {
        var random = RandomSource.Seeded(seed);
        for (var i = 0; i < count; i++) use(Mutate(originals[i % originals.Count], random));
    }

    private static byte[] Mutate(byte[] original, RandomSource random)
    {
        var bytes = original.ToList();
        for (var changes = 1 + Below(random, 3); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = Below(random, bytes.Count);
            var length = 1 + Below(random, Math.Min(40, bytes.Count - at));
            switch (Below(random, 6))
            {
                case 0: bytes[at] ^= (byte)(1 << Below(random, 8)); break;
                case 1: bytes[at] = (byte)(new[] { 0, 1, 0x7f, 0x80, 0xb7, 0xb8, 0xbf, 0xc0, 0xf7, 0xf8, 0xff }[Below(random, 11)]); break;
                case 2: bytes.RemoveRange(at, length); break;
                case 3: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
                case 4: bytes.InsertRange(Below(random, bytes.Count), random.Bytes(length)); break;
                default: bytes.RemoveRange(at, bytes.Count - at); break;
            }
        }

        return [.. bytes];
    }

    private static int Below(RandomSource random, int bound) => (int)(BitConverter.ToUInt32(random.Bytes(4)) % (uint)bound);
}
