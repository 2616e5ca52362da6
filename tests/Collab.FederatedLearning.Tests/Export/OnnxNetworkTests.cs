using Collab.FederatedLearning.Averaging;
using Collab.FederatedLearning.Export;
using Collab.FederatedLearning.Tests.Trees;
using Collab.Testing;

namespace Collab.FederatedLearning.Tests.Export;

public sealed class OnnxNetworkTests
{
    [Theory, InlineData(1), InlineData(7)]
    public async Task Onnx_runtime_predicts_what_the_network_predicts(int hidden)
    {
        string[] names = ["Duration", "Age", "InstallmentRatePercentage", "Telephone"];
        double[][] columns = [.. CreditRows.German.Columns.Where(c => names.Contains(c.Name)).Select(c => c.Values.Select(x => (x - c.Values.Average()) / c.Values.Max()).ToArray())];
        double[][] rows = [.. Enumerable.Range(0, 1000).Select(i => columns.Select(column => column[i]).ToArray())];
        var network = Network.Begin(4, hidden, Parties.RunContext);
        network.Train(rows, CreditRows.German.Labels, 20, 0.5);
        OnnxRuntime.AssertSame(rows.Select(row => network.Predict(row)), await OnnxRuntime.PredictAsync(OnnxNetwork.Write(network), ("x", OnnxRuntime.Numbers(rows))));
    }
}
