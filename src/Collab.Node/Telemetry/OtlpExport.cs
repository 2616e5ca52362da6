using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Collab.Node.Telemetry;

/// <summary>Sends traces and metrics to a collector by OTLP over HTTP with protobuf; nothing but what <see cref="NodeTelemetry"/> makes.</summary>
internal sealed class OtlpExport : IDisposable
{
    private const int MetricsEveryMilliseconds = 15_000;

    private readonly TracerProvider _traces;
    private readonly MeterProvider _metrics;

    /// <param name="collector">Its address, to which <c>/v1/traces</c> and <c>/v1/metrics</c> are added.</param>
    /// <param name="party">Whose node this is.</param>
    /// <param name="software">Name and version of the program.</param>
    public OtlpExport(Uri collector, string party, string software)
    {
        var resource = ResourceBuilder.CreateEmpty().AddAttributes(new Dictionary<string, object>
        {
            ["service.name"] = "collab-node", ["service.instance.id"] = party, ["service.version"] = software,
        });
        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).SetSampler(new AlwaysOnSampler()).AddSource(NodeTelemetry.Name)
            .AddOtlpExporter(options => Set(options, collector, "v1/traces")).Build();
        _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(NodeTelemetry.Name)
            .AddOtlpExporter((options, reader) =>
            {
                Set(options, collector, "v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = MetricsEveryMilliseconds;
            }).Build();
    }

    /// <summary>Sends what is left and ends.</summary>
    public void Dispose()
    {
        _traces.Dispose();
        _metrics.Dispose();
    }

    private static void Set(OtlpExporterOptions options, Uri collector, string path)
    {
        var root = collector.ToString();
        options.Endpoint = new Uri(root.EndsWith('/') ? root + path : $"{root}/{path}");
        options.Protocol = OtlpExportProtocol.HttpProtobuf;
    }
}
