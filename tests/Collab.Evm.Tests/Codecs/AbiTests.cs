using System.Numerics;
using Collab.Evm.Codecs;
using Collab.Primitives;

namespace Collab.Evm.Tests.Codecs;

public class AbiTests
{
    // Solidity documentation, "Contract ABI Specification", section "Examples".
    [Fact]
    public void Published_calls()
    {
        AssertCall("cdcd77c0", "baz(uint32,bool)", [69, true],
            "0000000000000000000000000000000000000000000000000000000000000045",
            "0000000000000000000000000000000000000000000000000000000000000001");
        AssertCall("a5643bf2", "sam(bytes,bool,uint256[])", ["dave"u8.ToArray(), true, new object[] { 1, 2, 3 }],
            "0000000000000000000000000000000000000000000000000000000000000060",
            "0000000000000000000000000000000000000000000000000000000000000001",
            "00000000000000000000000000000000000000000000000000000000000000a0",
            "0000000000000000000000000000000000000000000000000000000000000004",
            "6461766500000000000000000000000000000000000000000000000000000000",
            "0000000000000000000000000000000000000000000000000000000000000003",
            "0000000000000000000000000000000000000000000000000000000000000001",
            "0000000000000000000000000000000000000000000000000000000000000002",
            "0000000000000000000000000000000000000000000000000000000000000003");
        AssertCall("8be65246", "f(uint256,uint32[],bytes10,bytes)", [0x123, new object[] { 0x456, 0x789 }, "1234567890"u8.ToArray(), "Hello, world!"u8.ToArray()],
            "0000000000000000000000000000000000000000000000000000000000000123",
            "0000000000000000000000000000000000000000000000000000000000000080",
            "3132333435363738393000000000000000000000000000000000000000000000",
            "00000000000000000000000000000000000000000000000000000000000000e0",
            "0000000000000000000000000000000000000000000000000000000000000002",
            "0000000000000000000000000000000000000000000000000000000000000456",
            "0000000000000000000000000000000000000000000000000000000000000789",
            "000000000000000000000000000000000000000000000000000000000000000d",
            "48656c6c6f2c20776f726c642100000000000000000000000000000000000000");
    }

    [Fact]
    public void Values_are_encoded_as_by_ethers_and_viem_and_come_back()
    {
        Assert.NotEmpty(Vectors.Values);
        Assert.All(Vectors.Values, vector =>
        {
            var type = AbiType.Parse(vector.GetProperty("type").GetString()!);
            var encoded = vector.Hex("encoded");
            var value = Vectors.Value(type, vector.GetProperty("values"));
            Assert.Equal(encoded, Abi.Encode(type, value));
            Assert.Equal(encoded, Abi.Encode(type, Abi.Decode(type, encoded)));
            Assert.Equal(value, Abi.Decode(type, encoded));
            Assert.Equal(vector.Hex("selector"), AbiFunction.Parse("f" + type).Selector.ToArray());
        });
    }

    [Theory]
    [InlineData("uint"), InlineData("uint7"), InlineData("uint0"), InlineData("uint264"), InlineData("uint08"), InlineData("bytes0"), InlineData("bytes33")]
    [InlineData("bool1"), InlineData("string[0]"), InlineData("uint8["), InlineData("uint8[-1]"), InlineData("(uint8"), InlineData("(uint8,)"), InlineData("uint8)")]
    [InlineData("uint8 "), InlineData("float"), InlineData("((),uint8)"), InlineData("uint8[99999999999]"), InlineData("uint8[65536][65536]"), InlineData("")]
    [InlineData("((((((((((((((((uint8))))))))))))))))"), InlineData("uint8[][][][][][][][][][][][][][][][]")]
    public void What_is_no_type_is_refused(string name) => Assert.Throws<MalformedException>(() => AbiType.Parse(name));

    [Theory]
    [InlineData("bool", "0000000000000000000000000000000000000000000000000000000000000002")]
    [InlineData("uint8", "0000000000000000000000000000000000000000000000000000000000000100")]
    [InlineData("int8", "0000000000000000000000000000000000000000000000000000000000000080")]
    [InlineData("int8", "00000000000000000000000000000000000000000000000000000000000000ff")]
    [InlineData("address", "0000000000000000000000010000000000000000000000000000000000000000")]
    [InlineData("bytes1", "0101000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("uint8", "00000000000000000000000000000000000000000000000000000000000001")]
    [InlineData("uint8", "000000000000000000000000000000000000000000000000000000000000000100")]
    [InlineData("(bytes)", "0000000000000000000000000000000000000000000000000000000000000040" + "0000000000000000000000000000000000000000000000000000000000000000" + "0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("(bytes)", "0000000000000000000000000000000000000000000000000000000000000020" + "0000000000000000000000000000000000000000000000000000000000000001" + "0101000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("(bytes)", "0000000000000000000000000000000000000000000000000000000000000020" + "00000000000000000000000000000000000000000000000000000000ffffffff")]
    [InlineData("(bytes)", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("(string)", "0000000000000000000000000000000000000000000000000000000000000020" + "0000000000000000000000000000000000000000000000000000000000000001" + "ff00000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("(uint8[])", "0000000000000000000000000000000000000000000000000000000000000020" + "0000000000000000000000000000000000000000000000000000000000000002" + "0000000000000000000000000000000000000000000000000000000000000001")]
    public void Anything_but_the_one_encoding_is_refused(string type, string hex) =>
        Assert.Throws<MalformedException>(() => Abi.Decode(AbiType.Parse(type), Convert.FromHexString(hex)));

    [Fact]
    public void Arrays_that_share_their_content_do_not_blow_up()
    {
        // 1,000 elements that all point to one array of 1,000 elements, which all point to one empty array.
        const int count = 1000;
        var words = new List<BigInteger> { 32, count };
        words.AddRange(Enumerable.Repeat((BigInteger)(32 * count), count));
        words.Add(count);
        words.AddRange(Enumerable.Repeat((BigInteger)(32 * count), count));
        words.Add(0);
        var encoded = Abi.Encode(AbiType.Parse($"uint256[{words.Count}]"), words.Select(word => (object)word).ToArray());
        Assert.Throws<MalformedException>(() => Abi.Decode(AbiType.Parse("(uint8[][][])"), encoded));
    }

    [Theory]
    [InlineData("uint8", 256), InlineData("uint8", -1), InlineData("int8", 128), InlineData("int8", -129), InlineData("bool", 1), InlineData("uint8", "1")]
    [InlineData("bytes", "x"), InlineData("uint8[2]", 1)]
    public void A_value_of_another_type_is_refused(string type, object value) =>
        Assert.Throws<ArgumentException>(() => Abi.Encode(AbiType.Parse(type), value));

    [Fact] // not a case of the theory: the runner itself writes arguments as UTF-8
    public void Half_a_surrogate_pair_is_no_text() => Assert.Throws<ArgumentException>(() => Abi.Encode(AbiType.Parse("string"), "\ud800"));

    [Fact]
    public void An_event_is_read_with_its_topics()
    {
        var transfer = AbiEvent.Parse("Transfer(address,address,uint256)", 0, 1);
        Assert.Equal("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef", transfer.Topic.ToString());
        var (from, to) = (EvmAddress.Parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"), EvmAddress.Zero);
        Digest Word(EvmAddress address) => new(Abi.Encode(AbiType.Parse("address"), address));
        var data = Abi.Encode(AbiType.Parse("uint256"), 5);
        Assert.Equal([from, to, (BigInteger)5], transfer.Decode([transfer.Topic, Word(from), Word(to)], data));
        Assert.Throws<MalformedException>(() => transfer.Decode([transfer.Topic, Word(from)], data));
        Assert.Throws<MalformedException>(() => transfer.Decode([Word(from), Word(from), Word(to)], data));
        Assert.Throws<MalformedException>(() => transfer.Decode([transfer.Topic, Word(from), Word(to)], []));
        Assert.Throws<MalformedException>(() => AbiEvent.Parse("Named(string)", 0));
    }

    private static void AssertCall(string selector, string signature, object[] arguments, params string[] words)
    {
        var function = AbiFunction.Parse(signature);
        var call = function.EncodeCall(arguments);
        Assert.Equal(selector + string.Concat(words), Convert.ToHexStringLower(call));
        Assert.Equal(call, function.EncodeCall(function.DecodeCall(call)));
    }
}
