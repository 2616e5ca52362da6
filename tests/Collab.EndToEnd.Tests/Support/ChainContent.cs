using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Collab.Arithmetic.Hashing;

namespace Collab.EndToEnd.Tests.Support;

/// <summary>What stands on a chain.</summary>
internal sealed record ChainContent(List<JsonElement> Transactions, List<JsonElement> Logs)
{
    // Everything that parties ever call in a job's life, whatever its kind, by its selector.
    private static readonly Dictionary<string, string> Functions = new[]
    {
        "claim(bytes32)", "nominate(address,uint8)", "setDataset(bytes32,bytes32)", "propose(bytes32,bytes32,bytes32,uint32,bytes32[],bytes32[],uint64,uint64,uint32)",
        "approve(bytes32,bytes32,bytes32,uint32,uint32,uint64)", "startRun(bytes32,bytes32,uint64)", "commit(bytes32,bytes32,bytes32,bytes32,uint64)", "open(bytes32,bytes32)", "checkpoint(uint64,bytes32)",
    }.ToDictionary(signature => Convert.ToHexStringLower(Keccak256.Hash(Encoding.ASCII.GetBytes(signature)).AsSpan(0, 4)));

    /// <summary>How often each function was called, by its name; one that is not in the list by its selector.</summary>
    public IReadOnlyDictionary<string, int> Called =>
        Calls.CountBy(call => Functions.TryGetValue(call.Selector, out var signature) ? signature.Split('(')[0] : call.Selector).ToDictionary();

    /// <summary>The calls of contracts, as four bytes of selector and 32-byte words; without what makes a contract.</summary>
    public IEnumerable<(string Selector, IReadOnlyList<byte[]> Words)> Calls => Transactions
        .Where(t => t.GetProperty("to").ValueKind == JsonValueKind.String)
        .Select(t => Convert.FromHexString(t.GetProperty("input").GetString()![2..]))
        .Where(input => input.Length > 0)
        .Select(input => (Convert.ToHexStringLower(input.AsSpan(0, 4)), (IReadOnlyList<byte[]>)[.. input.Skip(4).Chunk(32)]));

    /// <summary>
    /// The list of what goes on chain: fails at any other call than those, at a word that is neither a small number (a role, a place in the call, a use, a size,
    /// a time), an account, nor 32 bytes of a hash or of chance, at money that is sent to a contract, and at a second contract.
    /// </summary>
    public void AssertOnlyKnown()
    {
        foreach (var (selector, words) in Calls)
        {
            Assert.True(Functions.ContainsKey(selector), $"A call that is not in the list: {selector}.");
            Assert.All(words, word =>
            {
                Assert.Equal(32, word.Length);
                var zeros = word.AsSpan().IndexOfAnyExcept((byte)0) is var first && first < 0 ? 32 : first;
                Assert.True(zeros >= 24 || zeros is >= 12 and <= 17 || zeros <= 4, $"{Functions[selector]} carries {Convert.ToHexStringLower(word)}.");
            });
        }

        Assert.All(
            Transactions.Where(t => t.GetProperty("to").ValueKind == JsonValueKind.String && t.GetProperty("input").GetString() != "0x"),
            t => Assert.Equal("0x0", t.GetProperty("value").GetString()));
        Assert.Equal(1, Transactions.Count(t => t.GetProperty("to").ValueKind == JsonValueKind.Null)); // the contract itself
    }

    /// <summary>Fails when one of the texts stands anywhere in a transaction or a log entry, as UTF-8 or UTF-16, or hashed alone without salt.</summary>
    public void AssertWithout(params IReadOnlyList<string> texts)
    {
        var everything = string.Concat(Transactions.Select(t => t.GetRawText()).Concat(Logs.Select(log => log.GetRawText())));
        foreach (var text in texts)
        {
            var utf8 = Encoding.UTF8.GetBytes(text);
            byte[][] forms = [utf8, Encoding.Unicode.GetBytes(text), SHA256.HashData(utf8), Keccak256.Hash(utf8)];
            foreach (var form in forms) Assert.DoesNotContain(Convert.ToHexStringLower(form), everything, StringComparison.Ordinal);
        }
    }
}
