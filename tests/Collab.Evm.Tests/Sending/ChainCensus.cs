using System.Globalization;
using Collab.Evm.Tests.Chain;
using Collab.Primitives;

namespace Collab.Evm.Tests.Sending;

/// <summary>Counts what stands on the chain, from its blocks alone: no outbox and no follower is asked.</summary>
internal static class ChainCensus
{
    /// <summary>How often each 32-byte word was given to the contract by a transaction that succeeded, from the first block to the newest.</summary>
    public static async Task<Dictionary<Digest, int>> TakeAsync(Anvil anvil, EvmAddress contract)
    {
        var head = HexText.UInt64((await anvil.AskAsync("eth_blockNumber")).GetString(), "a number");
        var found = new Dictionary<Digest, int>();
        for (ulong number = 0; number <= head; number++)
        {
            var place = "0x" + number.ToString("x", CultureInfo.InvariantCulture);
            var block = await anvil.AskAsync("eth_getBlockByNumber", place, true);
            if (block.GetProperty("transactions").GetArrayLength() == 0) continue;
            var succeeded = (await anvil.AskAsync("eth_getBlockReceipts", place)).EnumerateArray()
                .ToDictionary(receipt => receipt.GetProperty("transactionHash").GetString()!, receipt => receipt.GetProperty("status").GetString() == "0x1");
            foreach (var transaction in block.GetProperty("transactions").EnumerateArray())
            {
                if (transaction.GetProperty("to").GetString() is not { } to || EvmAddress.Parse(to) != contract || !succeeded[transaction.GetProperty("hash").GetString()!]) continue;
                var name = HexText.Digest(transaction.GetProperty("input").GetString(), "a name");
                found[name] = found.GetValueOrDefault(name) + 1;
            }
        }

        return found;
    }
}
