using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Collab.Evm.Codecs;
using Collab.Evm.Transactions;
using Collab.Primitives;

namespace Collab.Evm.Tests;

/// <summary>Transactions and values that ethers and viem encoded alike (tests/chain/evm_vectors.js). Another file of the same script is taken if EVM_VECTORS names it.</summary>
internal static class Vectors
{
    private static readonly JsonElement File = JsonDocument.Parse(System.IO.File.ReadAllBytes(
        Environment.GetEnvironmentVariable("EVM_VECTORS") ?? Path.Combine(AppContext.BaseDirectory, "evm-transactions.json"))).RootElement;

    public static IEnumerable<JsonElement> Transactions => File.GetProperty("transactions").EnumerateArray();

    public static IEnumerable<JsonElement> Values => File.GetProperty("values").EnumerateArray();

    public static byte[] Hex(this JsonElement element, string name) => Convert.FromHexString(element.GetProperty(name).GetString()!.AsSpan(2));

    public static EvmTransaction Transaction(JsonElement v) => new(
        (TransactionKind)v.GetProperty("kind").GetInt32(),
        v.GetProperty("chainId").GetUInt64(),
        v.GetProperty("nonce").GetUInt64(),
        Number(v.GetProperty("tip")),
        Number(v.GetProperty("price")),
        (ulong)Number(v.GetProperty("gas")),
        v.GetProperty("to").GetString() is { } to ? EvmAddress.Parse(to) : null,
        Number(v.GetProperty("value")),
        v.Hex("data"),
        [.. v.GetProperty("accessList").EnumerateArray().Select(entry => new AccessListEntry(
            EvmAddress.Parse(entry.GetProperty("address").GetString()!),
            [.. entry.GetProperty("storageKeys").EnumerateArray().Select(key => Digest.Parse(key.GetString()![2..]))]))]);

    /// <summary>The .NET value of a type from how the script writes it.</summary>
    public static object Value(AbiType type, JsonElement value) => type.Kind switch
    {
        AbiKind.Tuple => type.Parts.Zip(value.EnumerateArray(), Value).ToArray(),
        AbiKind.Array => value.EnumerateArray().Select(item => Value(type.Parts[0], item)).ToArray(),
        AbiKind.Bool => value.GetBoolean(),
        AbiKind.Address => EvmAddress.Parse(value.GetString()!),
        AbiKind.Text => value.GetString()!,
        AbiKind.Bytes or AbiKind.FixedBytes => Convert.FromHexString(value.GetString()!.AsSpan(2)),
        _ => Number(value),
    };

    private static BigInteger Number(JsonElement text) => BigInteger.Parse(text.GetString()!, CultureInfo.InvariantCulture);
}
