using Collab.Node.Configuration;
using Collab.Node.Hosting;
using Collab.Primitives;
using Collab.Testing.Node;

// The product's node with three things that a product must not have: it can be told to die at a step, its clock can be wrong, and its buckets small.
// Called as 'collab node run --home DIR --exit-with-parent' is, and with the same line when it listens.
if (args is not ["node", "run", "--home", var folder, "--exit-with-parent"])
{
    await Console.Error.WriteLineAsync("usage: collab-testing-node node run --home DIR --exit-with-parent");
    return (int)ErrorKind.InvalidInput;
}

try
{
    var home = NodeHome.Require(folder);
    await using var node = await NodeHost.StartAsync(home, passphrase: null, new DeathAtStep(home), OffsetClock.Of(home), SmallBuckets.Of(home));
    await Console.Out.WriteLineAsync($"listening at {NodeConfiguration.Load(home).Listen}");
    using var stop = new CancellationTokenSource();
    _ = StopWithInputAsync(stop);
    await node.WaitAsync(stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    return 0;
}
catch (CollabException e)
{
    await Console.Error.WriteLineAsync($"error: {e.Code}: {e.Message}");
    return (int)e.Code.Kind;
}

static async Task StopWithInputAsync(CancellationTokenSource stop)
{
    var buffer = new byte[16];
    await using var input = Console.OpenStandardInput();
    while (await input.ReadAsync(buffer) > 0)
    {
    }

    await stop.CancelAsync();
}
