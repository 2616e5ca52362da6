using Collab.Cryptography.Sealing;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Cryptography.Tests.Sealing;

/// <summary>Keys of one secret that others can renew (specs/trace.md, "Keys").</summary>
public class IncomparableKeyTests
{
    private static readonly byte[] Context = "context"u8.ToArray();

    [Fact]
    public void What_is_sealed_under_any_renewal_of_a_key_opens_with_its_secret_alone()
    {
        var random = RandomSource.Seeded(1);
        using var secret = IncomparableSecret.Generate(random);
        using var other = IncomparableSecret.Generate(random);
        var key = secret.NewKey(random);
        for (var renewals = 0; renewals < 8; renewals++, key = key.Renewed(random))
        {
            foreach (var size in new[] { 0, 1, 31, 500 })
            {
                var text = random.Bytes(size);
                var box = key.Seal(text, Context, random);
                Assert.Equal(size + IncomparableKey.Overhead, box.Length);
                Assert.Equal(text, secret.Open(box, Context));
                Assert.Null(other.Open(box, Context));
                Assert.Null(secret.Open(box, "contexts"u8));
            }
        }
    }

    [Fact]
    public void Keys_and_boxes_never_repeat_and_survive_their_encoding()
    {
        var random = RandomSource.Seeded(2);
        using var secret = IncomparableSecret.Generate(random);
        var seen = new HashSet<string>();
        var key = secret.NewKey(random);
        for (var i = 0; i < 20; i++)
        {
            var bytes = new byte[IncomparableKey.Size];
            key.Encode(bytes);
            Assert.True(seen.Add(Convert.ToHexString(bytes[..32])) && seen.Add(Convert.ToHexString(bytes[32..])));
            var read = IncomparableKey.TryDecode(bytes)!;
            var box = read.Seal("text"u8, Context, random);
            Assert.True(seen.Add(Convert.ToHexString(box[..32])));
            Assert.Equal("text"u8.ToArray(), secret.Open(box, Context));
            key = i % 2 == 0 ? read.Renewed(random) : secret.NewKey(random);
        }
    }

    [Fact]
    public void A_box_with_any_byte_changed_or_missing_does_not_open()
    {
        var random = RandomSource.Seeded(3);
        using var secret = IncomparableSecret.Generate(random);
        var box = secret.NewKey(random).Seal("some text"u8, Context, random);
        for (var i = 0; i < box.Length; i++)
        {
            var changed = (byte[])box.Clone();
            changed[i] ^= 1;
            Assert.Null(secret.Open(changed, Context));
            Assert.Null(secret.Open(box.AsSpan(0, i), Context));
        }

        Assert.Null(secret.Open([.. box, 0], Context));
        Assert.Null(secret.Open(new byte[box.Length], Context)); // the neutral element
    }

    [Fact]
    public void No_key_is_read_from_bytes_that_are_not_two_points_or_hold_the_neutral_one()
    {
        var random = RandomSource.Seeded(4);
        using var secret = IncomparableSecret.Generate(random);
        var bytes = new byte[IncomparableKey.Size];
        secret.NewKey(random).Encode(bytes);
        Assert.Null(IncomparableKey.TryDecode(bytes.AsSpan(1)));
        Assert.Null(IncomparableKey.TryDecode([.. bytes, 0]));
        Assert.Null(IncomparableKey.TryDecode([.. new byte[32], .. bytes[32..]]));
        Assert.Null(IncomparableKey.TryDecode([.. bytes[..32], .. new byte[32]]));
        Assert.Null(IncomparableKey.TryDecode([.. Enumerable.Repeat((byte)255, 32), .. bytes[32..]]));
    }

    [Fact]
    public void A_dummy_has_the_size_and_the_form_of_a_box_and_opens_for_nobody()
    {
        var random = RandomSource.Seeded(5);
        using var secret = IncomparableSecret.Generate(random);
        var dummy = IncomparableKey.Dummy(40, random);
        Assert.Equal(40 + IncomparableKey.Overhead, dummy.Length);
        Assert.True(Arithmetic.Curves.RistrettoPoint.TryDecode(dummy.AsSpan(0, 32), out _));
        Assert.Null(secret.Open(dummy, Context));
        Assert.Equal("IncomparableSecret (secret)", secret.ToString());
    }
}
