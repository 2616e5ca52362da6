using Collab.Primitives;
using FsCheck;
using FsCheck.Fluent;

namespace Collab.Primitives.Tests;

public class CanonicalEncodingTests
{
    [Fact]
    public void Numbers_come_back() => Prop.ForAll<byte, uint, ulong>((a, b, c) =>
    {
        var reader = new CanonicalReader(new CanonicalWriter().Byte(a).UInt32(b).UInt64(c).Int64(unchecked((long)c)).Written);
        var same = reader.Byte() == a && reader.UInt32() == b && reader.UInt64() == c && reader.Int64() == unchecked((long)c);
        reader.End();
        return same;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Bytes_and_lists_come_back() => Prop.ForAll<byte[][], bool>((items, flag) =>
    {
        var written = new CanonicalWriter().List(items, static (w, item) => w.Bytes(item)).Boolean(flag).ToArray();
        var reader = new CanonicalReader(written);
        var list = reader.List(static (ref CanonicalReader r) => r.Bytes().ToArray());
        var same = reader.Boolean() == flag && list.Length == items.Length && list.Zip(items).All(p => p.First.AsSpan().SequenceEqual(p.Second));
        reader.End();
        return same;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Text_comes_back_unless_it_holds_half_a_pair() => Prop.ForAll<NonNull<string>>(text =>
    {
        var hasHalfPair = text.Get.EnumerateRunes().Any(rune => rune.Value == 0xFFFD) && !text.Get.Contains('\uFFFD');
        if (hasHalfPair)
        {
            Assert.ThrowsAny<ArgumentException>(() => new CanonicalWriter().Text(text.Get));
            return true;
        }

        return new CanonicalReader(new CanonicalWriter().Text(text.Get).Written).Text() == text.Get;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Whatever_is_read_is_written_back_byte_for_byte() => Prop.ForAll<byte[]>(bytes =>
    {
        try
        {
            var reader = new CanonicalReader(bytes);
            var (text, flag, list) = (reader.Text(), reader.Boolean(), reader.List(static (ref CanonicalReader r) => r.Boolean().ToString()));
            reader.End();
            return new CanonicalWriter().Text(text).Boolean(flag)
                .List(list, static (w, item) => w.Boolean(bool.Parse(item))).ToArray().AsSpan().SequenceEqual(bytes);
        }
        catch (MalformedException)
        {
            return true; // refused, which is the other right answer
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void The_layout_is_the_one_of_the_page() => Assert.Equal(
        "01" + "02000000" + "0300000000000000" + "FFFFFFFFFFFFFFFF" + "00" + "02000000" + "6162" + "02000000" + "0506" + "0107" + "00",
        Convert.ToHexString(new CanonicalWriter()
            .Byte(1).UInt32(2).UInt64(3).Int64(-1).Boolean(false).Text("ab")
            .List<byte>([5, 6], static (w, b) => w.Byte(b))
            .Optional("x", static (w, _) => w.Byte(7)).Optional<string>(null, static (w, _) => w.Byte(7)).Written));

    [Fact]
    public void Time_is_cut_to_milliseconds_and_comes_back()
    {
        var time = new DateTimeOffset(2026, 5, 6, 7, 8, 9, 10, TimeSpan.Zero);
        Assert.Equal(time, new CanonicalReader(new CanonicalWriter().Time(time.AddTicks(1)).Written).Time());
    }

    [Theory]
    [InlineData("", "byte")]
    [InlineData("000000", "u32")]
    [InlineData("00000000000000", "u64")]
    [InlineData("02", "boolean")]
    [InlineData("FFFFFFFFFFFFFFFF", "time")]               // before 1970
    [InlineData("00DC1FD277E60000", "time")]               // the first millisecond after 9999 (253402300800000)
    [InlineData("0400000061", "bytes")]
    [InlineData("FFFFFFFF61", "bytes")]
    [InlineData("02000000C080", "text")]                   // overlong
    [InlineData("03000000EDA080", "text")]                 // a surrogate
    [InlineData("0100000080", "text")]
    [InlineData("00", "digest")]
    [InlineData("0100000041", "party")]                    // upper case
    [InlineData("00000000", "party")]
    [InlineData("0200000000", "list")]
    [InlineData("FFFFFFFF00", "list")]
    [InlineData("02", "optional")]
    [InlineData("0101", "end")]
    public void What_is_not_canonical_is_refused(string hex, string type)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.Throws<MalformedException>(() =>
        {
            var reader = new CanonicalReader(bytes);
            switch (type)
            {
                case "byte": reader.Byte(); break;
                case "u32": reader.UInt32(); break;
                case "u64": reader.UInt64(); break;
                case "boolean": reader.Boolean(); break;
                case "time": reader.Time(); break;
                case "bytes": reader.Bytes(); break;
                case "text": reader.Text(); break;
                case "digest": reader.Digest(); break;
                case "party": reader.Party(); break;
                case "list": reader.List(static (ref CanonicalReader r) => r.Byte()); break;
                case "optional": reader.Optional(static (ref CanonicalReader r) => r.Text()); break;
                case "end": reader.Byte(); reader.End(); break;
                default: throw new ArgumentException("Unknown type.", nameof(type));
            }
        });
    }

    [Fact]
    public void The_last_millisecond_of_9999_is_accepted()
    {
        var last = DateTimeOffset.FromUnixTimeMilliseconds(253_402_300_799_999);
        Assert.Equal(last, new CanonicalReader(new CanonicalWriter().Time(last).Written).Time());
    }
}
