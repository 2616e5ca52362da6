using System.Text;
using Collab.Arithmetic.Hashing;
using Collab.Primitives;

namespace Collab.Evm.Codecs;

/// <summary>A function of a contract: four bytes of a hash of its name and types, then its arguments.</summary>
/// <remarks>Source: Solidity documentation, "Contract ABI Specification", section "Function Selector".</remarks>
public sealed class AbiFunction
{
    private const int SelectorSize = 4;

    private readonly byte[] _selector;

    private AbiFunction(string name, AbiType arguments, AbiType results)
    {
        (Name, Arguments, Results) = (name, arguments, results);
        _selector = Keccak256.Hash(Encoding.ASCII.GetBytes(name + arguments.Name))[..SelectorSize];
    }

    /// <summary>Its name, without types.</summary>
    public string Name { get; }

    /// <summary>The tuple of its arguments' types.</summary>
    public AbiType Arguments { get; }

    /// <summary>The tuple of its results' types.</summary>
    public AbiType Results { get; }

    /// <summary>The four bytes.</summary>
    public ReadOnlySpan<byte> Selector => _selector;

    /// <summary>Reads <c>name(types)</c> with canonical type names, and the results as <c>(types)</c>.</summary>
    /// <exception cref="MalformedException">No signature of a function.</exception>
    public static AbiFunction Parse(string signature, string results = "()")
    {
        var (name, arguments) = AbiSignature.Split(signature);
        return new AbiFunction(name, arguments, AbiType.Parse(results));
    }

    /// <summary>The data of a call.</summary>
    /// <exception cref="ArgumentException">The values are not of the types.</exception>
    public byte[] EncodeCall(params object[] arguments) => [.. _selector, .. Abi.Encode(Arguments, arguments)];

    /// <summary>The arguments of a call of this function.</summary>
    /// <exception cref="MalformedException">No call of this function.</exception>
    public object[] DecodeCall(ReadOnlySpan<byte> data) =>
        data.StartsWith(_selector) ? Abi.DecodeTuple(Arguments, data[SelectorSize..]) : throw new MalformedException($"a call of {Name}");

    /// <summary>The results that a call returned.</summary>
    /// <exception cref="MalformedException">Not of the types.</exception>
    public object[] DecodeResult(ReadOnlySpan<byte> returned) => Abi.DecodeTuple(Results, returned);
}

/// <summary>An event of a contract: its first topic is a hash of its name and types, indexed values are the next three, the rest is data.</summary>
/// <remarks>Source: Solidity documentation, "Contract ABI Specification", section "Events". Indexed values of dynamic type are only hashes there and refused here.</remarks>
public sealed class AbiEvent
{
    private const int MostIndexed = 3;

    private readonly IReadOnlyList<AbiType> _indexed;
    private readonly AbiType _data;
    private readonly bool[] _isIndexed;

    private AbiEvent(string name, AbiType values, bool[] indexed)
    {
        Name = name;
        _isIndexed = indexed;
        _indexed = [.. values.Parts.Where((_, i) => indexed[i])];
        _data = AbiType.Tuple([.. values.Parts.Where((_, i) => !indexed[i])]);
        Topic = new Digest(Keccak256.Hash(Encoding.ASCII.GetBytes(name + values.Name)));
    }

    /// <summary>Its name, without types.</summary>
    public string Name { get; }

    /// <summary>The first topic.</summary>
    public Digest Topic { get; }

    /// <summary>Which of the values are indexed.</summary>
    internal IReadOnlyList<bool> Indexed => _isIndexed;

    /// <summary>Reads <c>name(types)</c>; which of the values are indexed is said by their places.</summary>
    /// <exception cref="MalformedException">No signature of an event, or indexed values that are only hashes.</exception>
    public static AbiEvent Parse(string signature, params IReadOnlyList<int> indexed)
    {
        var (name, values) = AbiSignature.Split(signature);
        var marks = new bool[values.Parts.Count];
        foreach (var place in indexed) marks[place] = true;
        var single = values.Parts.Where((_, i) => marks[i]).All(part => part.HeadWords == 1 && part is { IsDynamic: false, Parts.Count: 0 });
        return single && indexed.Count <= MostIndexed ? new AbiEvent(name, values, marks) : throw new MalformedException("at most three indexed values of one word");
    }

    /// <summary>The values of a log entry, in the order of the signature.</summary>
    /// <exception cref="MalformedException">Not this event, or not of its types.</exception>
    public object[] Decode(IReadOnlyList<Digest> topics, ReadOnlySpan<byte> data)
    {
        if (topics.Count != _indexed.Count + 1 || topics[0] != Topic) throw new MalformedException($"the event {Name}");
        var indexed = new Queue<object>(_indexed.Select((type, i) => Abi.Decode(type, topics[i + 1].ToArray())));
        var rest = new Queue<object>(Abi.DecodeTuple(_data, data));
        return [.. _isIndexed.Select(mark => mark ? indexed.Dequeue() : rest.Dequeue())];
    }
}

internal static class AbiSignature
{
    public static (string Name, AbiType Types) Split(string signature)
    {
        var at = signature.IndexOf('(', StringComparison.Ordinal);
        var named = at > 0 && !signature.AsSpan(0, at).ContainsAnyExcept(NameCharacters) && !char.IsAsciiDigit(signature[0]);
        return named ? (signature[..at], AbiType.Parse(signature[at..])) : throw new MalformedException("a name and a list of types");
    }

    private static readonly System.Buffers.SearchValues<char> NameCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$");
}
