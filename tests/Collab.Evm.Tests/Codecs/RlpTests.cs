using Collab.Evm.Codecs;
using Collab.Primitives;

namespace Collab.Evm.Tests.Codecs;

public class RlpTests
{
    // Ethereum wiki and yellow paper, appendix B.
    [Fact]
    public void Published_examples()
    {
        Assert.Equal("83646f67", Hex(Rlp.Bytes("dog"u8)));
        Assert.Equal("c88363617483646f67", Hex(Rlp.List(Rlp.Bytes("cat"u8), Rlp.Bytes("dog"u8))));
        Assert.Equal("80", Hex(Rlp.Bytes([])));
        Assert.Equal("c0", Hex(Rlp.List()));
        Assert.Equal("80", Hex(Rlp.Number(0)));
        Assert.Equal("00", Hex(Rlp.Bytes([0])));
        Assert.Equal("0f", Hex(Rlp.Number(15)));
        Assert.Equal("820400", Hex(Rlp.Number(1024)));
        Assert.Equal("c7c0c1c0c3c0c1c0", Hex(Rlp.List(Rlp.List(), Rlp.List(Rlp.List()), Rlp.List(Rlp.List(), Rlp.List(Rlp.List())))));
        var lorem = "Lorem ipsum dolor sit amet, consectetur adipisicing elit"u8;
        Assert.Equal("b838" + Convert.ToHexStringLower(lorem), Hex(Rlp.Bytes(lorem)));
    }

    [Theory]
    [InlineData(0), InlineData(1), InlineData(55), InlineData(56), InlineData(255), InlineData(256), InlineData(65_535), InlineData(65_536)]
    public void Every_length_comes_back(int length)
    {
        var bytes = Enumerable.Range(0, length).Select(i => (byte)((i + 200) % 256)).ToArray();
        Assert.Equal(bytes, Rlp.Decode(Rlp.Bytes(bytes)).AsBytes().ToArray());
        var list = Rlp.Decode(Rlp.List(Rlp.Bytes(bytes), Rlp.Number(7)));
        Assert.Equal(bytes, list.AsList()[0].AsBytes().ToArray());
        Assert.Equal(7, list.AsList()[1].AsNumber());
    }

    [Theory]
    [InlineData("")]                       // nothing
    [InlineData("8100")]                   // a byte below 128 with a head
    [InlineData("b801ff")]                 // a long head for a short length
    [InlineData("b90001ff")]               // a leading zero in the length
    [InlineData("83646f")]                 // cut short
    [InlineData("83646f6700")]             // something after it
    [InlineData("c2c0")]                   // a list cut short
    [InlineData("c1b8")]                   // a length that is not there
    [InlineData("bfffffffffffffffff")]     // a length of 2^64 - 1
    [InlineData("ffffffffffffffffff")]
    public void Anything_but_the_one_encoding_is_refused(string hex) =>
        Assert.Throws<MalformedException>(() => Rlp.Decode(Convert.FromHexString(hex)));

    [Fact]
    public void Lists_nested_too_deep_are_refused()
    {
        var nested = Rlp.List();
        for (var i = 0; i < 15; i++) nested = Rlp.List(nested);
        Rlp.Decode(nested);
        Assert.Throws<MalformedException>(() => Rlp.Decode(Rlp.List(nested)));
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
