# /etc/chef/client.rb: either this handler, which sends few fields and waits three seconds at most …
require_relative 'shiplog_handler'
shiplog = ShiplogHandler.new('https://status.example.com/hooks/SOURCE', token: 'slk_SECRET')
report_handlers << shiplog
exception_handlers << shiplog

# … or Chef's own data collector, which sends the whole node and waits as long as rest_timeout says:
# data_collector.server_url 'https://status.example.com/hooks/SOURCE'
# data_collector.token 'slk_SECRET'
