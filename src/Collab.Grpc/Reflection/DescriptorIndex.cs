using System.Reflection;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;

namespace Grpc.Reflection.Internal;

/// <summary>The services that are mapped, and the files that describe them. Built at the first question, when everything is mapped.</summary>
internal sealed class DescriptorIndex
{
    private readonly Lazy<Index> _index;

    public DescriptorIndex(IEnumerable<EndpointDataSource> sources) => _index = new Lazy<Index>(() => new Index(sources));

    public IReadOnlyList<string> Services => _index.Value.Services;

    /// <summary>The file and what it imports, serialized; null when the file is not known.</summary>
    public IReadOnlyList<ByteString>? ByName(string file) => _index.Value.Files.TryGetValue(file, out var found) ? WithImports(found) : null;

    /// <summary>The file that declares a service, method, message or enum, and what it imports; null when there is none.</summary>
    public IReadOnlyList<ByteString>? BySymbol(string symbol) => _index.Value.Symbols.TryGetValue(symbol, out var found) ? WithImports(found) : null;

    public bool HasMessage(string name) => _index.Value.Messages.Contains(name);

    private static List<ByteString> WithImports(FileDescriptor file)
    {
        var files = new List<ByteString>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Add(file);
        return files;

        void Add(FileDescriptor next)
        {
            if (!seen.Add(next.Name)) return;
            files.Add(next.SerializedData);
            foreach (var import in next.Dependencies) Add(import);
        }
    }

    private sealed class Index
    {
        public readonly List<string> Services = [];
        public readonly Dictionary<string, FileDescriptor> Files = new(StringComparer.Ordinal);
        public readonly Dictionary<string, FileDescriptor> Symbols = new(StringComparer.Ordinal);
        public readonly HashSet<string> Messages = new(StringComparer.Ordinal);

        public Index(IEnumerable<EndpointDataSource> sources)
        {
            var mapped = sources.SelectMany(source => source.Endpoints)
                .Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.ServiceType)
                .OfType<Type>()
                .Distinct();
            foreach (var service in mapped.Select(Descriptor).OfType<ServiceDescriptor>().OrderBy(service => service.FullName, StringComparer.Ordinal))
            {
                Services.Add(service.FullName);
                Add(service.File);
            }
        }

        /// <summary>The descriptor of a generated service; null for one that was written by hand.</summary>
        private static ServiceDescriptor? Descriptor(Type service)
        {
            for (var type = service; type is not null; type = type.BaseType)
            {
                if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is not { } mark) continue;
                return mark.BindType.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as ServiceDescriptor;
            }

            return null;
        }

        private void Add(FileDescriptor file)
        {
            if (!Files.TryAdd(file.Name, file)) return;
            foreach (var service in file.Services)
            {
                Symbols[service.FullName] = file;
                foreach (var method in service.Methods) Symbols[method.FullName] = file;
            }

            foreach (var message in file.MessageTypes) Add(message);
            foreach (var choice in file.EnumTypes) Symbols[choice.FullName] = file;
            foreach (var import in file.Dependencies) Add(import);
        }

        private void Add(MessageDescriptor message)
        {
            Symbols[message.FullName] = message.File;
            Messages.Add(message.FullName);
            foreach (var nested in message.NestedTypes) Add(nested);
            foreach (var choice in message.EnumTypes) Symbols[choice.FullName] = message.File;
        }
    }
}
