using System.Security.Cryptography;
using System.Text;
using Collab.Arithmetic.Hashing;

namespace Collab.Arithmetic.Tests.Hashing;

/// <summary>Every kernel gives the digests of FIPS 180-4 and of the class library.</summary>
public class Sha256LanesTests
{
    public static IEnumerable<TheoryDataRow<int, int>> Cases =>
        from kernel in Enum.GetValues<VectorKernel>()
        where kernel <= Sha256Lanes.Best
        from count in new[] { 0, 1, 7, 8, 9, 15, 16, 17, 65, 129 }
        select new TheoryDataRow<int, int>((int)kernel, count);

    [Theory, MemberData(nameof(Cases))]
    public void Examples_of_fips_180_4(int kernel, int count)
    {
        // The examples published with FIPS 180-4: one block, two blocks, and the empty message.
        (string Text, string Digest)[] examples =
        [
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ];
        var messages = Enumerable.Range(0, count).Select(i => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes(examples[i % 3].Text)).ToArray();
        var digests = new byte[32 * count];
        Sha256Lanes.Hash((VectorKernel)kernel, [], messages, digests);
        for (var i = 0; i < count; i++) Assert.Equal(examples[i % 3].Digest, Convert.ToHexStringLower(digests, 32 * i, 32));
    }

    [Theory, MemberData(nameof(Cases))]
    public void Lengths_of_all_sizes_in_any_order(int kernel, int count)
    {
        var random = new Random(count);
        foreach (var prefixSize in new[] { 0, 1, 20, 64, 300 })
        {
            var prefix = new byte[prefixSize];
            random.NextBytes(prefix);
            var messages = new ReadOnlyMemory<byte>[3 * count];
            for (var i = 0; i < messages.Length; i++)
            {
                var message = new byte[random.Next(301)];
                random.NextBytes(message);
                messages[i] = message;
            }

            var digests = new byte[32 * messages.Length];
            Sha256Lanes.Hash((VectorKernel)kernel, prefix, messages, digests);
            for (var i = 0; i < messages.Length; i++)
            {
                Assert.Equal(SHA256.HashData([.. prefix, .. messages[i].Span]), digests.AsSpan(32 * i, 32));
            }
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Every_length_from_0_to_300(int kernel, int count)
    {
        if (count != 17) return;
        var bytes = new byte[300];
        new Random(1).NextBytes(bytes);
        var messages = Enumerable.Range(0, 301).SelectMany(size => Enumerable.Repeat((ReadOnlyMemory<byte>)bytes.AsMemory(0, size), count)).ToArray();
        var digests = new byte[32 * messages.Length];
        Sha256Lanes.Hash((VectorKernel)kernel, [], messages, digests);
        for (var i = 0; i < messages.Length; i++) Assert.Equal(SHA256.HashData(messages[i].Span), digests.AsSpan(32 * i, 32));
    }

    [Theory, MemberData(nameof(Cases))]
    public void Messages_of_one_size_in_a_row(int kernel, int count)
    {
        foreach (var size in new[] { 1, 16, 32, 55, 56, 100 })
        {
            var bytes = new byte[size * count];
            new Random(size).NextBytes(bytes);
            var digests = new byte[32 * count];
            Sha256Lanes.Hash((VectorKernel)kernel, [7, 7], bytes, size, digests);
            for (var i = 0; i < count; i++)
            {
                Assert.Equal(SHA256.HashData([7, 7, .. bytes.AsSpan(i * size, size)]), digests.AsSpan(32 * i, 32));
            }
        }
    }

    [Fact]
    public void Wrong_lengths_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Sha256Lanes.Hash([], new ReadOnlyMemory<byte>[2], new byte[63]));
        Assert.Throws<ArgumentException>(() => Sha256Lanes.Hash([], new byte[5], 2, new byte[64]));
        Assert.Throws<ArgumentException>(() => Sha256Lanes.Hash([], new byte[4], 2, new byte[65]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sha256Lanes.Hash([], new byte[4], 0, new byte[65]));
    }
}
