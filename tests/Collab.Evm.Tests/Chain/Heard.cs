using Collab.Evm.Following;
using Collab.Evm.Rpc;
using Collab.Primitives;

namespace Collab.Evm.Tests.Chain;

/// <summary>What a follower said so far: what is on the chain now, what is final, and that its stream kept its rules.</summary>
internal sealed class Heard
{
    public List<EvmLog> Added { get; } = [];

    public List<EvmLog> Final { get; } = [];

    public int RolledBack { get; private set; }

    public IEnumerable<int> FinalWords => Final.Select(log => BitConverter.ToInt32([.. log.Data.Span[28..].ToArray().Reverse()]));

    public void Take(IEnumerable<ChainEvent> events)
    {
        foreach (var (change, log) in events)
        {
            switch (change)
            {
                case ChainChange.Added:
                    Added.Add(log);
                    break;
                case ChainChange.RolledBack:
                    Assert.True(Added[^1].IsSame(log)); // in the reverse order
                    Added.RemoveAt(Added.Count - 1);
                    RolledBack++;
                    break;
                default:
                    Assert.True(Added[0].IsSame(log)); // in order, never before it was added
                    Added.RemoveAt(0);
                    Final.Add(log);
                    break;
            }
        }
    }
}

internal static class Nodes
{
    public static EvmNode At(Uri address) => new(new JsonRpcClient(JsonRpcOptions.For(address), TimeProvider.System), Anvil.ChainId);

}
