using System.Security.Cryptography;
using Collab.Primitives;

namespace Collab.Ledger.Tests;

/// <summary>RFC 6962, section 2.1, word for word on lists of entries: slow, recursive, and nothing shared with the product.</summary>
internal static class NaiveTree
{
    public static byte[] Entry(int i) => [.. BitConverter.GetBytes(i), 0xee];

    public static List<byte[]> Entries(int count) => [.. Enumerable.Range(0, count).Select(Entry)];

    public static byte[] Hash(List<byte[]> d)
    {
        if (d.Count == 0) return SHA256.HashData([]);
        if (d.Count == 1) return SHA256.HashData([0, .. d[0]]);
        var k = Split(d.Count);
        return SHA256.HashData([1, .. Hash(d[..k]), .. Hash(d[k..])]);
    }

    public static List<byte[]> Path(int m, List<byte[]> d)
    {
        if (d.Count == 1) return [];
        var k = Split(d.Count);
        return m < k ? [.. Path(m, d[..k]), Hash(d[k..])] : [.. Path(m - k, d[k..]), Hash(d[..k])];
    }

    public static List<byte[]> Proof(int m, List<byte[]> d) => m == 0 ? [] : SubProof(m, d, true);

    public static IEnumerable<Digest> Digests(List<byte[]> hashes) => hashes.Select(hash => new Digest(hash));

    private static List<byte[]> SubProof(int m, List<byte[]> d, bool b)
    {
        if (m == d.Count) return b ? [] : [Hash(d)];
        var k = Split(d.Count);
        return m <= k ? [.. SubProof(m, d[..k], b), Hash(d[k..])] : [.. SubProof(m - k, d[k..], false), Hash(d[..k])];
    }

    private static int Split(int n)
    {
        var k = 1;
        while (2 * k < n) k *= 2;
        return k;
    }
}
