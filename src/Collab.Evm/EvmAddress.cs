using System.Buffers.Binary;
using System.Text;
using Collab.Arithmetic.Hashing;
using Collab.Evm.Codecs;
using Collab.Primitives;

namespace Collab.Evm;

/// <summary>A 20-byte address of an account or a contract.</summary>
public readonly record struct EvmAddress
{
    private readonly ulong _a, _b;
    private readonly uint _c;

    /// <summary>The length, in bytes.</summary>
    public const int Size = 20;

    /// <summary>Takes exactly 20 bytes.</summary>
    /// <exception cref="ArgumentException">Another length.</exception>
    public EvmAddress(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) throw new ArgumentException($"An address has {Size} bytes, not {bytes.Length}.", nameof(bytes));
        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
    }

    /// <summary>The address of twenty zero bytes, which is nobody's.</summary>
    public static EvmAddress Zero => default;

    /// <summary>The address of a contract that an account creates: the end of the hash of the account and its nonce.</summary>
    public static EvmAddress OfContract(EvmAddress creator, ulong nonce) => new(
        Keccak256.Hash(Rlp.List(Rlp.Bytes(creator.ToArray()), Rlp.Number(nonce))).AsSpan(12));

    /// <summary>Reads <c>0x</c> and 40 hexadecimal digits; digits of mixed case must be the checksum of EIP-55.</summary>
    /// <exception cref="MalformedException">Anything else.</exception>
    public static EvmAddress Parse(string text)
    {
        const string rule = "an address: 0x and 40 hexadecimal digits";
        var bytes = HexText.Bytes(text, rule);
        if (bytes.Length != Size) throw new MalformedException(rule);
        var address = new EvmAddress(bytes);
        var digits = text.AsSpan(2);
        var mixed = digits.ContainsAnyInRange('a', 'f') && digits.ContainsAnyInRange('A', 'F');
        if (mixed && !digits.SequenceEqual(address.ToString().AsSpan(2))) throw new MalformedException("an address whose capital letters are its checksum");
        return address;
    }

    /// <summary>The 20 bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, _a);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), _b);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(16), _c);
        return bytes;
    }

    /// <summary><c>0x</c> and 40 digits, whose capital letters are the checksum of EIP-55.</summary>
    public override string ToString()
    {
        var digits = Convert.ToHexStringLower(ToArray());
        var hash = Keccak256.Hash(Encoding.ASCII.GetBytes(digits));
        var text = new StringBuilder("0x", 42);
        for (var i = 0; i < digits.Length; i++)
            text.Append(((hash[i / 2] >> (4 * (1 - (i % 2)))) & 8) != 0 ? char.ToUpperInvariant(digits[i]) : digits[i]);
        return text.ToString();
    }
}
