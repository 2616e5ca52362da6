using System.Globalization;
using Collab.Primitives;

namespace Collab.Evm.Codecs;

/// <summary>What a value of a contract's interface is.</summary>
public enum AbiKind
{
    /// <summary><c>uint8</c> to <c>uint256</c>; a <see cref="System.Numerics.BigInteger"/>.</summary>
    Unsigned,

    /// <summary><c>int8</c> to <c>int256</c>; a <see cref="System.Numerics.BigInteger"/>.</summary>
    Signed,

    /// <summary><c>bool</c>; a <see cref="bool"/>.</summary>
    Bool,

    /// <summary><c>address</c>; an <see cref="EvmAddress"/>.</summary>
    Address,

    /// <summary><c>bytes1</c> to <c>bytes32</c>; an array of bytes of that length.</summary>
    FixedBytes,

    /// <summary><c>bytes</c>; an array of bytes.</summary>
    Bytes,

    /// <summary><c>string</c>; a <see cref="string"/>.</summary>
    Text,

    /// <summary><c>T[]</c> and <c>T[k]</c>; an array of objects.</summary>
    Array,

    /// <summary><c>(T, U)</c>; an array of objects.</summary>
    Tuple,
}

/// <summary>A type of the contract interface, read from its canonical name such as <c>(uint256,bytes32[])[2]</c>.</summary>
/// <remarks>Source: Solidity documentation, "Contract ABI Specification". Fixed-point numbers and <c>function</c> are left out.</remarks>
public sealed class AbiType
{
    internal const int WordSize = 32;

    private const int MostParts = 1 << 16;
    private const int Deepest = 16;

    private AbiType(AbiKind kind, string name, int width, IReadOnlyList<AbiType> parts, int? count = null)
    {
        (Kind, Name, Width, Parts, Count) = (kind, name, width, parts, count);
        IsDynamic = kind is AbiKind.Bytes or AbiKind.Text || (kind == AbiKind.Array && count is null) || parts.Any(part => part.IsDynamic);
        var words = kind switch
        {
            _ when IsDynamic => 1,
            AbiKind.Array => (long)count!.Value * parts[0].HeadWords,
            AbiKind.Tuple => parts.Sum(part => (long)part.HeadWords),
            _ => 1,
        };
        HeadWords = words <= MostParts ? (int)words : throw new MalformedException("a type of at most 65,536 words");
    }

    /// <summary>What it is.</summary>
    public AbiKind Kind { get; }

    /// <summary>The canonical name, which goes into a selector.</summary>
    public string Name { get; }

    /// <summary>Bits of a number, bytes of <c>bytesN</c>, otherwise 0.</summary>
    public int Width { get; }

    /// <summary>The element type of an array, the parts of a tuple, otherwise nothing.</summary>
    public IReadOnlyList<AbiType> Parts { get; }

    /// <summary>The elements of an array <c>T[k]</c>, otherwise null.</summary>
    public int? Count { get; }

    /// <summary>Whether its place holds an offset and its content comes later.</summary>
    public bool IsDynamic { get; }

    /// <summary>The words that it takes in its place.</summary>
    internal int HeadWords { get; }

    /// <summary>Reads a name without spaces; <c>uint</c> and <c>int</c> alone are not canonical.</summary>
    /// <exception cref="MalformedException">No type.</exception>
    public static AbiType Parse(string name)
    {
        var at = 0;
        var type = Read(name, ref at, Deepest);
        return at == name.Length ? type : throw Unknown();
    }

    /// <summary>A tuple of types.</summary>
    public static AbiType Tuple(params IReadOnlyList<AbiType> parts) =>
        new(AbiKind.Tuple, $"({string.Join(',', parts.Select(part => part.Name))})", 0, parts);

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static AbiType Read(string name, ref int at, int depth)
    {
        if (depth == 0) throw Unknown();
        var type = at < name.Length && name[at] == '(' ? ReadTuple(name, ref at, depth) : ReadPlain(name, ref at);
        for (; at < name.Length && name[at] == '['; at++)
        {
            var close = name.IndexOf(']', at);
            if (close < 0 || --depth == 0) throw Unknown();
            var count = close == at + 1 ? (int?)null : Number(name.AsSpan((at + 1)..close), 1, MostParts);
            type = new AbiType(AbiKind.Array, $"{type.Name}[{count?.ToString(CultureInfo.InvariantCulture)}]", 0, [type], count);
            at = close;
        }

        return type;
    }

    private static AbiType ReadTuple(string name, ref int at, int depth)
    {
        var parts = new List<AbiType>();
        do
        {
            at++;                                                                        // the parenthesis, or a comma
            if (depth == Deepest && parts.Count == 0 && at < name.Length && name[at] == ')') break; // empty only as all arguments
            parts.Add(Read(name, ref at, depth - 1));
        }
        while (at < name.Length && name[at] == ',');
        if (at >= name.Length || name[at] != ')') throw Unknown();
        at++;
        return Tuple(parts);
    }

    private static AbiType ReadPlain(string name, ref int at)
    {
        var start = at;
        while (at < name.Length && char.IsAsciiLetterLower(name[at])) at++;
        var word = name[start..at];
        var digits = at;
        while (at < name.Length && char.IsAsciiDigit(name[at])) at++;
        var size = name.AsSpan(digits..at);
        return (word, size.IsEmpty) switch
        {
            ("uint", false) => new(AbiKind.Unsigned, name[start..at], Bits(size), []),
            ("int", false) => new(AbiKind.Signed, name[start..at], Bits(size), []),
            ("bytes", false) => new(AbiKind.FixedBytes, name[start..at], Number(size, 1, WordSize), []),
            ("bool", true) => new(AbiKind.Bool, word, 0, []),
            ("address", true) => new(AbiKind.Address, word, 0, []),
            ("bytes", true) => new(AbiKind.Bytes, word, 0, []),
            ("string", true) => new(AbiKind.Text, word, 0, []),
            _ => throw Unknown(),
        };
    }

    private static int Bits(ReadOnlySpan<char> digits)
    {
        var bits = Number(digits, 8, 256);
        return bits % 8 == 0 ? bits : throw Unknown();
    }

    private static int Number(ReadOnlySpan<char> digits, int least, int most) =>
        digits[0] != '0' && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Unknown();

    private static MalformedException Unknown() => new("a type of the contract interface");
}
