using System.Diagnostics;
using Collab.EndToEnd.Tests.Support;

namespace Collab.EndToEnd.Tests.Networks;

/// <summary>
/// Hosts on one machine: network namespaces, each with one cable (a veth pair) to a switch (a bridge in a namespace of its own) and a loopback that nobody
/// else reaches. The machine's own network is not touched.
/// </summary>
internal sealed class Hosts : IAsyncDisposable
{
    private readonly string _prefix = $"collab-{Environment.ProcessId}-{Guid.NewGuid().ToString("n")[..6]}";
    private readonly List<string> _made = [];

    private string Switch => $"{_prefix}-switch";

    /// <summary>Why there can be no hosts here; null when there can.</summary>
    public static async Task<string?> WhyNotAsync()
    {
        if (Environment.UserName != "root") return "network namespaces need root";
        var name = $"collab-probe-{Environment.ProcessId}";
        try
        {
            var (exit, errors) = await TryAsync("ip", "netns", "add", name);
            if (exit != 0) return $"'ip netns add' does not work here: {errors.Trim()}";
            await TryAsync("ip", "netns", "delete", name);
            return null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "iproute2 is not installed; tests/run installs it";
        }
    }

    /// <summary>Plugs the hosts together.</summary>
    public static async Task<Hosts> MakeAsync(params (string Name, string Address)[] hosts)
    {
        var all = new Hosts();
        try
        {
            await all.AddAsync(all.Switch);
            await IpAsync("-n", all.Switch, "link", "add", "bridge", "type", "bridge");
            await IpAsync("-n", all.Switch, "link", "set", "bridge", "up");
            foreach (var (name, address) in hosts)
            {
                var space = all.SpaceOf(name);
                await all.AddAsync(space);
                await IpAsync("link", "add", "cable", "netns", space, "type", "veth", "peer", "name", name, "netns", all.Switch);
                await IpAsync("-n", all.Switch, "link", "set", name, "master", "bridge");
                await IpAsync("-n", all.Switch, "link", "set", name, "up");
                await IpAsync("-n", space, "address", "add", $"{address}/24", "dev", "cable");
                await IpAsync("-n", space, "link", "set", "cable", "up");
                await IpAsync("-n", space, "link", "set", "lo", "up");
            }

            return all;
        }
        catch
        {
            await all.DisposeAsync();
            throw;
        }
    }

    /// <summary>Pulls a host's cable, or plugs it in again.</summary>
    public Task PullAsync(string host, bool pulled) => IpAsync("-n", Switch, "link", "set", host, pulled ? "down" : "up");

    /// <summary>Starts the program on a host, in a folder.</summary>
    public CollabProgram Start(string host, string folder, params string[] arguments) => CollabProgram.StartWith(["ip", "netns", "exec", SpaceOf(host)], folder, arguments);

    /// <summary>Runs the program on a host, in a folder.</summary>
    public async Task<Finished> RunAsync(string host, string folder, params string[] arguments)
    {
        await using var program = Start(host, folder, arguments);
        return await program.EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var space in _made) await TryAsync("ip", "netns", "delete", space);
    }

    private string SpaceOf(string host) => $"{_prefix}-{host}";

    private async Task AddAsync(string space)
    {
        await IpAsync("netns", "add", space);
        _made.Add(space);
    }

    private static async Task IpAsync(params string[] arguments)
    {
        var (exit, errors) = await TryAsync("ip", arguments);
        if (exit != 0) throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {errors}");
    }

    private static async Task<(int Exit, string Errors)> TryAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        await output;
        return (process.ExitCode, await errors);
    }
}
