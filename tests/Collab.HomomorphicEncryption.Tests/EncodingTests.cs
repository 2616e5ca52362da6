using Collab.Primitives;

namespace Collab.HomomorphicEncryption.Tests;

public class EncodingTests
{
    // A long run sets COLLAB_HE_MUTATIONS=1000000.
    private static int Mutations => int.TryParse(Environment.GetEnvironmentVariable("COLLAB_HE_MUTATIONS"), out var count) ? count : 20_000;

    private static readonly ulong[] Slots = [.. Enumerable.Range(0, 64).Select(i => (ulong)i)];

    [Fact]
    public void Every_object_comes_back_byte_for_byte_and_works_as_before()
    {
        using var toy = new Toy(2);
        using var plaintext = toy.Encoder.Encode(Slots);
        var parameters = Toy.Parameters;
        using var seeded = SeededCiphertext.Decode(parameters, Same(toy.Secret.Encrypt(plaintext, toy.Random).Encode(), bytes => SeededCiphertext.Decode(parameters, bytes).Encode()));
        using var key = PublicKey.Decode(parameters, Same(toy.Public.Encode(), bytes => PublicKey.Decode(parameters, bytes).Encode()));
        using var relinearization = RelinearizationKey.Decode(
            parameters, Same(toy.Relinearization.Encode(), bytes => RelinearizationKey.Decode(parameters, bytes).Encode()));
        using var galois = GaloisKeys.Decode(parameters, Same(toy.Galois.Encode(), bytes => GaloisKeys.Decode(parameters, bytes).Encode()));
        using var product = Evaluator.Multiply(seeded.Expand(), key.Encrypt(plaintext, toy.Random));
        using var three = Ciphertext.Decode(parameters, Same(product.Encode(), bytes => Ciphertext.Decode(parameters, bytes).Encode()));
        var squares = Slots.Select(x => x * x % parameters.PlaintextModulus).ToArray();
        Assert.Equal(squares, toy.Decrypt(three));
        using var rotated = Evaluator.RotateRows(Evaluator.Relinearize(three, relinearization), 2, galois);
        using var lower = Evaluator.SwitchModulus(rotated);
        using var back = Ciphertext.Decode(parameters, Same(lower.Encode(), bytes => Ciphertext.Decode(parameters, bytes).Encode()));
        Assert.Equal(RandomCircuitTests.Rotated(squares, 2), toy.Decrypt(back));
    }

    [Fact]
    public void Sizes_are_those_of_the_spec()
    {
        using var toy = new Toy(3, BfvParameters.N8192);
        using var plaintext = toy.Encoder.Encode(Slots);
        using var seeded = toy.Secret.Encrypt(plaintext, toy.Random);
        using var expanded = seeded.Expand();
        Assert.Equal((393_251, 196_657), (expanded.Encode().Length, seeded.Encode().Length));
    }

    [Fact]
    public void A_residue_at_its_prime_or_above_is_refused()
    {
        using var toy = new Toy(4);
        using var ciphertext = toy.Public.Encrypt(toy.Encoder.Encode(Slots), toy.Random);
        foreach (var (offset, prime) in new[] { (35, 0), (35 + (63 * 5), 0), (35 + (64 * 5), 1), (35 + (2 * 64 * 5), 2) })
        {
            var bytes = ciphertext.Encode();
            var modulus = Toy.Parameters.Primes[prime];
            var size = prime == 2 ? 6 : 5;
            BitConverter.TryWriteBytes(bytes.AsSpan(offset), (modulus - 1) | ((BitConverter.ToUInt64(bytes, offset) >> (8 * size)) << (8 * size)));
            Ciphertext.Decode(Toy.Parameters, bytes).Dispose();
            BitConverter.TryWriteBytes(bytes.AsSpan(offset), modulus | ((BitConverter.ToUInt64(bytes, offset) >> (8 * size)) << (8 * size)));
            Assert.Throws<MalformedException>(() => Ciphertext.Decode(Toy.Parameters, bytes));
        }
    }

    [Fact]
    public void Other_parameters_kinds_sizes_and_transparent_ciphertexts_are_refused()
    {
        using var toy = new Toy(5);
        using var ciphertext = toy.Public.Encrypt(toy.Encoder.Encode(Slots), toy.Random);
        var bytes = ciphertext.Encode();
        var other = BfvParameters.CreateInsecure(BfvParameters.Literal(64, 11, [40, 40, 41], 41));
        Refused(() => Ciphertext.Decode(other, bytes));
        Refused(() => PublicKey.Decode(Toy.Parameters, bytes));
        Refused(() => Ciphertext.Decode(Toy.Parameters, bytes[..^1]));
        Refused(() => Ciphertext.Decode(Toy.Parameters, [.. bytes, 0]));
        Refused(() => Ciphertext.Decode(Toy.Parameters, []));
        foreach (var (place, value) in new (int, byte)[] { (33, 0), (33, 4), (33, 2), (34, 0), (34, 1), (34, 3), (34, 4) })
            Refused(() => Ciphertext.Decode(Toy.Parameters, [.. bytes[..place], value, .. bytes[(place + 1)..]]));
        Refused(() => Ciphertext.Decode(Toy.Parameters, [.. bytes[..(35 + ((bytes.Length - 35) / 2))], .. new byte[(bytes.Length - 35) / 2]]));

        var keys = toy.Galois.Encode();
        Refused(() => GaloisKeys.Decode(Toy.Parameters, [.. keys[..33], 255, 255, 255, 255, .. keys[37..]]));   // a count beyond the bytes
        Refused(() => GaloisKeys.Decode(Toy.Parameters, [.. keys[..37], 2, 0, 0, 0, .. keys[41..]]));            // an even exponent
        Refused(() => GaloisKeys.Decode(Toy.Parameters, [.. keys[..37], 129, 0, 0, 0, .. keys[41..]]));          // beyond 2N

        Assert.Equal(Ciphertext.Transparent, Assert.Throws<CollabException>(() => Evaluator.Subtract(ciphertext, ciphertext)).Code);
        using var zero = toy.Encoder.Encode(new ulong[1]).Prepare(ciphertext.Level);
        Assert.Equal(Ciphertext.Transparent, Assert.Throws<CollabException>(() => Evaluator.Multiply(ciphertext, zero)).Code);
    }

    [Fact]
    public void Every_kind_of_object_is_refused_under_other_parameters_with_another_kind_and_in_another_size()
    {
        using var toy = new Toy(7);
        using var plaintext = toy.Encoder.Encode(Slots);
        var other = BfvParameters.CreateInsecure(BfvParameters.Literal(64, 11, [40, 40, 41], 41));
        using var ciphertext = toy.Public.Encrypt(plaintext, toy.Random);
        using var seeded = toy.Secret.Encrypt(plaintext, toy.Random);
        (byte[] Bytes, Func<BfvParameters, byte[], object> Decode)[] objects =
        [
            (ciphertext.Encode(), (parameters, bytes) => Ciphertext.Decode(parameters, bytes)),
            (seeded.Encode(), (parameters, bytes) => SeededCiphertext.Decode(parameters, bytes)),
            (toy.Public.Encode(), (parameters, bytes) => PublicKey.Decode(parameters, bytes)),
            (toy.Relinearization.Encode(), (parameters, bytes) => RelinearizationKey.Decode(parameters, bytes)),
            (toy.Galois.Encode(), (parameters, bytes) => GaloisKeys.Decode(parameters, bytes)),
        ];
        foreach (var (bytes, decode) in objects)
        {
            Refused(() => decode(other, bytes));
            Refused(() => decode(Toy.Parameters, [.. bytes[..32], 6, .. bytes[33..]]));
            foreach (var size in new[] { 0, 31, 32, 33, 34, 40, bytes.Length - 1 }) Refused(() => decode(Toy.Parameters, bytes[..size]));
            Refused(() => decode(Toy.Parameters, [.. bytes, 0]));
            Refused(() => decode(Toy.Parameters, [.. bytes[..^5], 255, 255, 255, 255, 255]));   // the last residue above its prime of 40 or 41 bits
        }
    }

    [Fact]
    public void A_forged_seed_gives_another_valid_object_that_decrypts_to_nonsense_without_an_error()
    {
        using var toy = new Toy(8);
        using var plaintext = toy.Encoder.Encode(Slots);
        byte[] Forged(byte[] bytes, int place)
        {
            byte[] forged = [.. bytes];
            forged[place] ^= 1;
            return forged;
        }

        using var seeded = toy.Secret.Encrypt(plaintext, toy.Random);
        using var other = SeededCiphertext.Decode(Toy.Parameters, Forged(seeded.Encode(), 33));
        using var expanded = other.Expand();
        Assert.NotEqual(Slots, toy.Decrypt(expanded));
        Assert.True(toy.Secret.NoiseBudgetVariableTime(expanded) < 1);
        using var key = PublicKey.Decode(Toy.Parameters, Forged(toy.Public.Encode(), 33));
        using var underForged = key.Encrypt(plaintext, toy.Random);
        Assert.NotEqual(Slots, toy.Decrypt(underForged));
        using var ciphertext = toy.Public.Encrypt(plaintext, toy.Random);
        using var galois = GaloisKeys.Decode(Toy.Parameters, Forged(toy.Galois.Encode(), 41));
        using var rotated = Evaluator.RotateRows(ciphertext, 1, galois);
        Assert.True(toy.Secret.NoiseBudgetVariableTime(rotated) < 1);
        using var relinearization = RelinearizationKey.Decode(Toy.Parameters, Forged(toy.Relinearization.Encode(), 33));
        using var product = Evaluator.Multiply(ciphertext, ciphertext);
        using var two = Evaluator.Relinearize(product, relinearization);
        Assert.True(toy.Secret.NoiseBudgetVariableTime(two) < 1);
    }

    [Fact]
    public void Changed_bytes_are_refused_or_are_another_canonical_object()
    {
        using var toy = new Toy(6);
        using var plaintext = toy.Encoder.Encode(Slots);
        using var ciphertext = toy.Public.Encrypt(plaintext, toy.Random);
        using var seeded = toy.Secret.Encrypt(plaintext, toy.Random);
        (byte[] Bytes, Func<byte[], byte[]> Again)[] objects =
        [
            (ciphertext.Encode(), bytes => Again(Ciphertext.Decode(Toy.Parameters, bytes), x => x.Encode())),
            (seeded.Encode(), bytes => Again(SeededCiphertext.Decode(Toy.Parameters, bytes), x => x.Encode())),
            (toy.Public.Encode(), bytes => Again(PublicKey.Decode(Toy.Parameters, bytes), x => x.Encode())),
        ];
        var (random, refused) = (new Random(9), 0);
        for (var i = 0; i < Mutations; i++)
        {
            var (original, again) = objects[i % objects.Length];
            byte[] bytes = random.Next(8) switch
            {
                0 => original[..random.Next(original.Length)],
                1 => [.. original, .. new byte[random.Next(1, 9)]],
                _ => [.. original],
            };
            for (var flips = random.Next(1, 4); flips > 0 && bytes.Length > 0; flips--)
                bytes[random.Next(3) == 0 ? random.Next(Math.Min(bytes.Length, 40)) : random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                Assert.Equal(bytes, again(bytes));
            }
            catch (MalformedException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, Mutations / 4, Mutations);
    }

    private static byte[] Again<T>(T value, Func<T, byte[]> encode)
        where T : IDisposable
    {
        using (value) return encode(value);
    }

    private static byte[] Same(byte[] bytes, Func<byte[], byte[]> again)
    {
        Assert.Equal(bytes, again(bytes));
        return bytes;
    }

    private static void Refused(Func<object> decode) => Assert.Throws<MalformedException>(decode);
}
